// SPDX-License-Identifier: MIT
#include "cluster/leases.h"

#include <QRepod/requesterror.h>

#include <QtCore/qtimer.h>

#include <utility>

namespace QRepod {

Leases::Leases(Owner owner)
    : m_owner(std::move(owner))
{
    m_clock.start();
}

void Leases::start(Engine *engine, const QByteArray &prefix, const QString &holder,
                   const QString &address, int milliseconds)
{
    m_engine = engine;
    m_prefix = prefix;
    m_address = address;
    m_holder = holder.toUtf8() + ' ' + address.toUtf8();
    m_time = milliseconds;
    m_waitUntil = 0;
}

void Leases::stop()
{
    m_generation = std::make_shared<int>(0);
    QStringList names;
    for (const auto &[room, lease] : m_leases)
        names.append(room);
    for (const QString &room : names) {
        const bool isHeld = m_leases[room].validUntil > 0;
        refuse(room, QStringLiteral("the cluster has been left"));
        if (!isHeld)
            continue;
        m_engine->remove(keyOf(room), m_holder);
        m_leases.erase(room);
        m_owner.end(room);
    }
    m_leases.clear();
    m_engine = nullptr;
}

QByteArray Leases::keyOf(const QString &room) const
{
    return m_prefix + room.toUtf8();
}

QFuture<QString> Leases::open(const QString &room)
{
    QPromise<QString> promise;
    promise.start();
    const QFuture<QString> future = promise.future();
    Lease &lease = m_leases[room];
    lease.waiting.push_back(std::move(promise));
    if (!m_engine)
        refuse(room, QStringLiteral("the server is in no cluster"));
    else if (lease.validUntil > m_clock.elapsed())
        resolve(room, m_address);
    else if (!std::exchange(lease.isAsking, true))
        ask(room);
    return future;
}

void Leases::ask(const QString &room)
{
    const auto isCurrent = [generation = std::weak_ptr(m_generation)] {
        return !generation.expired();
    };
    const qint64 now = m_clock.elapsed();
    if (now < m_waitUntil && m_leases[room].validUntil == 0) {
        QTimer::singleShot(m_waitUntil - now, m_engine, [this, isCurrent, room] {
            if (isCurrent())
                ask(room);
        });
        return;
    }
    m_engine->claim(keyOf(room), m_holder, m_time,
                    [this, isCurrent, room, now](const Engine::Answer &answer) {
                        if (isCurrent())
                            handleAnswer(room, now, answer);
                    });
}

void Leases::handleAnswer(const QString &room, qint64 asked, const Engine::Answer &answer)
{
    const auto place = m_leases.find(room);
    const bool isOurs = answer.hasCome && answer.value == m_holder;
    const qint64 validUntil = asked + m_time - m_time / 5;
    if (place == m_leases.end()) { // it was given back meanwhile
        if (isOurs)
            m_engine->remove(keyOf(room), m_holder);
        return;
    }
    place->second.isAsking = false;
    if (!answer.hasCome) // one that is held ends by its time
        return refuse(room, QStringLiteral("the cluster's engine is out of reach"));
    if (isOurs && validUntil > m_clock.elapsed())
        return hold(room, validUntil);
    if (place->second.validUntil > 0)
        return lose(room);
    if (isOurs)
        return refuse(room, QStringLiteral("the cluster's engine has answered too late"));
    resolve(room, QString::fromUtf8(answer.value.mid(answer.value.indexOf(' ') + 1)));
    m_leases.erase(room);
}

void Leases::hold(const QString &room, qint64 validUntil)
{
    const bool isNew = std::exchange(m_leases[room].validUntil, validUntil) == 0;
    const std::weak_ptr<int> alive(m_generation); // what follows runs the game's code
    const bool hasBegun = !isNew || m_owner.begin(room);
    if (alive.expired())
        return;
    if (!hasBegun) {
        if (m_leases.contains(room)) {
            m_leases[room].validUntil = 0;
            refuse(room, QStringLiteral("this server makes no such room"));
        }
        m_engine->remove(keyOf(room), m_holder);
        return;
    }
    resolve(room, m_address);
}

void Leases::lose(const QString &room)
{
    refuse(room, QStringLiteral("another node has it"));
    m_leases.erase(room);
    m_owner.end(room);
}

//! One that is held stays.
void Leases::refuse(const QString &room, const QString &reason)
{
    const auto place = m_leases.find(room);
    std::vector<QPromise<QString>> waiting = std::exchange(place->second.waiting, {});
    if (place->second.validUntil == 0)
        m_leases.erase(place);
    for (QPromise<QString> &promise : waiting) {
        promise.setException(RequestError(QStringLiteral("room \"%1\": %2").arg(room, reason)));
        promise.finish();
    }
}

void Leases::resolve(const QString &room, const QString &address)
{
    const auto place = m_leases.find(room);
    if (place == m_leases.end())
        return;
    std::vector<QPromise<QString>> waiting = std::exchange(place->second.waiting, {});
    for (QPromise<QString> &promise : waiting) {
        promise.addResult(address);
        promise.finish();
    }
}

void Leases::release(const QString &room)
{
    const auto place = m_leases.find(room);
    if (place == m_leases.end() || place->second.validUntil == 0)
        return;
    refuse(room, QStringLiteral("it has closed"));
    m_leases.erase(room);
    m_engine->remove(keyOf(room), m_holder);
}

void Leases::renew()
{
    const QStringList held = rooms();
    for (const QString &room : held) {
        Lease &lease = m_leases[room];
        if (lease.validUntil > m_clock.elapsed() && !std::exchange(lease.isAsking, true))
            ask(room);
    }
}

void Leases::check()
{
    const QStringList held = rooms();
    for (const QString &room : held) {
        const auto place = m_leases.find(room);
        if (place != m_leases.end() && place->second.validUntil <= m_clock.elapsed())
            lose(room);
    }
}

void Leases::wait()
{
    m_waitUntil = m_clock.elapsed() + m_time;
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

qsizetype Leases::count() const
{
    return rooms().size();
}

} // namespace QRepod
