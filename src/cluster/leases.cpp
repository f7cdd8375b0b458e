// SPDX-License-Identifier: MIT
#include "cluster/leases.h"

#include <QRepod/requesterror.h>

#include <QtCore/qelapsedtimer.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

const QString hasLeft = QStringLiteral("this node has left the cluster");
const QString outOfReach = QStringLiteral("the cluster's engine is out of reach");

} // namespace

Leases::Leases(Owner owner, Clock clock)
    : m_owner(std::move(owner))
    , m_clock(std::move(clock))
    , m_settling([this](bool hasAnswered) { handleSettled(hasAnswered); }, m_clock)
{
}

Leases::Clock Leases::monotonicClock()
{
    QElapsedTimer timer;
    timer.start();
    return [timer] { return timer.elapsed(); };
}

void Leases::start(Engine *engine, const QByteArray &name, const QString &holder,
                   const QString &address, int milliseconds)
{
    m_engine = engine;
    m_name = name;
    m_address = address;
    m_holder = holder.toUtf8() + ' ' + address.toUtf8();
    m_time = milliseconds;
    m_settling.start(engine, name, holder.toUtf8(), milliseconds);
}

void Leases::stop()
{
    m_generation = std::make_shared<int>(0);
    Engine *const engine = std::exchange(m_engine, nullptr);
    m_settling.stop();
    m_delayed.clear();
    for (auto &[room, lease] : std::exchange(m_leases, {})) {
        if (lease.validUntil > 0) {
            engine->remove(keyOf(room), m_holder);
            m_owner.end(room);
        }
        refuse(lease.waiting, room, hasLeft);
    }
}

QByteArray Leases::keyOf(const QString &room) const
{
    return m_name + ":owner:" + room.toUtf8();
}

QFuture<QString> Leases::open(const QString &room)
{
    QPromise<QString> promise;
    promise.start();
    QFuture<QString> future = promise.future();
    const std::weak_ptr<int> alive(m_generation); // what ends now runs the game's code
    if (isOverdue())
        check();
    if (alive.expired()) {
        Waiting waiting;
        waiting.push_back(std::move(promise));
        refuse(waiting, room, hasLeft);
        return future;
    }
    Lease &lease = m_leases[room];
    lease.waiting.push_back(std::move(promise));
    if (!m_engine)
        forget(room, QStringLiteral("the server is not in a cluster"));
    else if (lease.validUntil > m_clock())
        resolve(lease.waiting, m_address);
    else if (!std::exchange(lease.isAsking, true))
        ask(room);
    return future;
}

void Leases::ask(const QString &room)
{
    const auto isCurrent = [generation = std::weak_ptr(m_generation)] {
        return !generation.expired();
    };
    const qint64 now = m_clock();
    const bool isRenewal = m_leases[room].validUntil > now;
    m_engine->claim(
        keyOf(room), m_holder, m_time, isRenewal ? QByteArray() : m_settling.guard(),
        [this, isCurrent, room, question = Question{now, isRenewal}](const Engine::Answer &answer) {
            if (isCurrent() && isOverdue()) // what has ended is not renewed any more
                check();
            if (isCurrent())
                handleAnswer(room, question, answer);
        });
}

void Leases::handleAnswer(const QString &room, const Question &question,
                          const Engine::Answer &answer)
{
    const auto place = m_leases.find(room);
    const bool isOurs = answer.hasCome && answer.value == m_holder;
    const qint64 validUntil = question.asked + m_time - m_time / 5;
    if (place == m_leases.end()) { // it was given back meanwhile
        if (isOurs)
            m_engine->remove(keyOf(room), m_holder);
        return;
    }
    if (question.isRenewal && place->second.validUntil == 0) // and has been asked for anew
        return;
    if (answer.hasCome && answer.value.isNull()) {
        m_delayed.append(room);
        m_settling.begin();
        return;
    }
    place->second.isAsking = false;
    if (!answer.hasCome) {
        if (place->second.validUntil > 0) // it ends by its time
            return refuse(place->second.waiting, room, outOfReach);
        return forget(room, outOfReach);
    }
    if (isOurs && validUntil > m_clock())
        return hold(room, validUntil);
    if (isOurs) // but too late to be sure of it
        m_engine->remove(keyOf(room), m_holder);
    if (place->second.validUntil > 0)
        return lose(room);
    if (isOurs)
        return forget(room, QStringLiteral("the cluster's engine answered too late"));
    Waiting waiting = std::exchange(place->second.waiting, {});
    m_leases.erase(place);
    resolve(waiting, QString::fromUtf8(answer.value.mid(answer.value.indexOf(' ') + 1)));
}

void Leases::hold(const QString &room, qint64 validUntil)
{
    const bool isNew = std::exchange(m_leases[room].validUntil, validUntil) == 0;
    m_nextEnd = std::min(m_nextEnd, validUntil);
    const std::weak_ptr<int> alive(m_generation); // what follows runs the game's code
    const bool hasBegun = !isNew || m_owner.begin(room);
    if (alive.expired())
        return;
    if (!hasBegun) {
        m_engine->remove(keyOf(room), m_holder);
        return forget(room, QStringLiteral("this server's room factory returned no such room"));
    }
    if (const auto place = m_leases.find(room); place != m_leases.end())
        resolve(place->second.waiting, m_address);
}

void Leases::lose(const QString &room)
{
    const std::weak_ptr<int> alive(m_generation);
    forget(room, QStringLiteral("another node owns it"));
    if (!alive.expired())
        m_owner.end(room);
}

//! What waits for it is told why. What is told may ask again, so the lease is gone before.
void Leases::forget(const QString &room, const QString &reason)
{
    const auto place = m_leases.find(room);
    if (place == m_leases.end())
        return;
    Waiting waiting = std::exchange(place->second.waiting, {});
    m_leases.erase(place);
    refuse(waiting, room, reason);
}

void Leases::refuse(Waiting &waiting, const QString &room, const QString &reason)
{
    for (QPromise<QString> &promise : std::exchange(waiting, {})) {
        promise.setException(RequestError(QStringLiteral("room \"%1\": %2").arg(room, reason)));
        promise.finish();
    }
}

void Leases::resolve(Waiting &waiting, const QString &address)
{
    for (QPromise<QString> &promise : std::exchange(waiting, {})) {
        promise.addResult(address);
        promise.finish();
    }
}

void Leases::release(const QString &room)
{
    const auto place = m_leases.find(room);
    if (place == m_leases.end() || place->second.validUntil == 0)
        return;
    m_engine->remove(keyOf(room), m_holder);
    forget(room, QStringLiteral("it has closed"));
}

void Leases::resume()
{
    m_settling.look();
    renew();
}

void Leases::renew()
{
    const QStringList held = rooms();
    for (const QString &room : held) {
        Lease &lease = m_leases[room];
        if (lease.validUntil > m_clock() && !std::exchange(lease.isAsking, true))
            ask(room);
    }
    handleSettled(true); // another node may have done it, or has renewed what it has
}

void Leases::check()
{
    m_nextEnd = std::numeric_limits<qint64>::max();
    const std::weak_ptr<int> alive(m_generation);
    const QStringList held = rooms();
    for (const QString &room : held) {
        const auto place = m_leases.find(room);
        if (place == m_leases.end())
            continue;
        if (place->second.validUntil <= m_clock())
            lose(room);
        else
            m_nextEnd = std::min(m_nextEnd, place->second.validUntil);
        if (alive.expired())
            return;
    }
    if (m_engine)
        m_settling.check();
}

void Leases::handleSettled(bool hasAnswered)
{
    const std::weak_ptr<int> alive(m_generation);
    const QStringList delayed = std::exchange(m_delayed, {});
    for (const QString &room : delayed) {
        if (hasAnswered)
            ask(room);
        else
            forget(room, outOfReach);
        if (alive.expired())
            return;
    }
}

QStringList Leases::rooms() const
{
    QStringList held;
    for (const auto &[room, lease] : m_leases) {
        if (lease.validUntil > 0)
            held.append(room);
    }
    return held;
}

qint64 Leases::remaining(const QString &room) const
{
    const auto place = m_leases.find(room);
    return place == m_leases.end() ? 0 : std::max<qint64>(0, place->second.validUntil - m_clock());
}

qsizetype Leases::count() const
{
    return rooms().size();
}

} // namespace QRepod
