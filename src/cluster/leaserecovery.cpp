// SPDX-License-Identifier: MIT
#include "cluster/leaserecovery.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace QRepod {

namespace {

constexpr int hour = 3600 * 1000;
constexpr int keptFor = 24 * hour;

const QByteArray present = "1";

} // namespace

LeaseRecovery::LeaseRecovery(std::function<void(bool hasAnswered)> ended, const Clock &clock)
    : m_ended(std::move(ended))
    , m_clock(clock)
{
}

void LeaseRecovery::start(Engine *engine, const QByteArray &name, const QByteArray &node,
                          int milliseconds)
{
    m_engine = engine;
    m_name = name;
    m_node = node;
    m_time = milliseconds;
    m_nextGuardCheck = 0;
    m_hasMark = m_isNeeded = m_isAsking = false;
}

void LeaseRecovery::stop()
{
    m_generation = std::make_shared<int>(0);
    if (m_engine && m_hasMark)
        m_engine->remove(mark(), present);
    m_engine = nullptr;
}

template <class Function>
Engine::Receiver LeaseRecovery::receiver(Function function) const
{
    return [function, generation = std::weak_ptr(m_generation)](const Engine::Answer &answer) {
        if (!generation.expired())
            function(answer);
    };
}

QByteArray LeaseRecovery::guard() const
{
    const QByteArray run = m_engine->runId();
    return run.isEmpty() ? QByteArray() : m_name + ":settled:" + run;
}

QByteArray LeaseRecovery::mark() const
{
    return m_name + ":settling:" + m_engine->runId() + ':' + m_node + ':'
        + QByteArray::number(m_marks);
}

void LeaseRecovery::checkGuard()
{
    if (guard().isEmpty())
        return;
    m_nextGuardCheck = m_clock() + hour;
    m_engine->claim(guard(), present, keptFor, guard(), receiver([this](const auto &answer) {
                        if (answer.hasArrived && answer.value.isNull())
                            begin();
                    }));
}

void LeaseRecovery::check()
{
    if (m_clock() >= m_nextGuardCheck)
        checkGuard();
    if (!m_isNeeded || m_isAsking)
        return;
    if (!m_hasMark)
        putMark();
    else if (m_clock() >= m_markedUntil)
        putGuard();
}

void LeaseRecovery::putMark()
{
    m_isAsking = true;
    ++m_marks;
    const int longEnough = m_time > keptFor / 2 ? std::numeric_limits<int>::max() : keptFor;
    m_engine->put(mark(), present, longEnough,
                  receiver([this](const auto &answer) { handleMarked(answer.hasArrived); }));
}

//! Anything that the engine has lost was lost before now, so the wait begins now.
void LeaseRecovery::handleMarked(bool hasAnswered)
{
    m_isAsking = false;
    m_hasMark = hasAnswered;
    m_markedUntil = m_clock() + m_time;
    if (!hasAnswered)
        m_ended(false);
}

void LeaseRecovery::putGuard()
{
    m_isAsking = true;
    m_engine->claim(guard(), present, keptFor, mark(),
                    receiver([this](const auto &answer) { handlePut(answer); }));
}

void LeaseRecovery::handlePut(const Engine::Answer &answer)
{
    m_isAsking = false;
    if (!answer.hasArrived)
        return m_ended(false);
    if (answer.value.isNull()) { // the mark has been lost
        m_hasMark = false;
        return;
    }
    m_engine->remove(mark(), present);
    m_hasMark = m_isNeeded = false;
    m_ended(true);
}

} // namespace QRepod
