// SPDX-License-Identifier: MIT
#include "cluster/settling.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace QRepod {

namespace {

constexpr int hour = 3600 * 1000;
constexpr int keptFor = 24 * hour;

const QByteArray present = "1";

} // namespace

Settling::Settling(std::function<void(bool hasAnswered)> ended, const Clock &clock)
    : m_ended(std::move(ended))
    , m_clock(clock)
{
}

void Settling::start(Engine *engine, const QByteArray &name, const QByteArray &node,
                     int milliseconds)
{
    m_engine = engine;
    m_name = name;
    m_node = node;
    m_time = milliseconds;
    m_nextLook = 0;
    m_hasMark = m_isNeeded = m_isAsking = false;
}

void Settling::stop()
{
    m_generation = std::make_shared<int>(0);
    if (m_engine && m_hasMark)
        m_engine->remove(mark(), present);
    m_engine = nullptr;
}

template <class Function>
Engine::Receiver Settling::receiver(Function function) const
{
    return [function, generation = std::weak_ptr(m_generation)](const Engine::Answer &answer) {
        if (!generation.expired())
            function(answer);
    };
}

QByteArray Settling::guard() const
{
    const QByteArray run = m_engine->runId();
    return run.isEmpty() ? QByteArray() : m_name + ":settled:" + run;
}

QByteArray Settling::mark() const
{
    return m_name + ":settling:" + m_engine->runId() + ':' + m_node + ':'
        + QByteArray::number(m_marks);
}

void Settling::look()
{
    if (guard().isEmpty())
        return;
    m_nextLook = m_clock() + hour;
    m_engine->claim(guard(), present, keptFor, guard(), receiver([this](const auto &answer) {
                        if (answer.hasCome && answer.value.isNull())
                            begin();
                    }));
}

void Settling::check()
{
    if (m_clock() >= m_nextLook)
        look();
    if (!m_isNeeded || m_isAsking)
        return;
    if (!m_hasMark)
        leaveMark();
    else if (m_clock() >= m_markedUntil)
        putGuard();
}

void Settling::leaveMark()
{
    m_isAsking = true;
    ++m_marks;
    const int longEnough = m_time > keptFor / 2 ? std::numeric_limits<int>::max() : keptFor;
    m_engine->put(mark(), present, longEnough,
                  receiver([this](const auto &answer) { handleMarked(answer.hasCome); }));
}

//! What the engine has lost, it has lost before now: from now on the wait counts.
void Settling::handleMarked(bool hasAnswered)
{
    m_isAsking = false;
    m_hasMark = hasAnswered;
    m_markedUntil = m_clock() + m_time;
    if (!hasAnswered)
        m_ended(false);
}

void Settling::putGuard()
{
    m_isAsking = true;
    m_engine->claim(guard(), present, keptFor, mark(),
                    receiver([this](const auto &answer) { handlePut(answer); }));
}

void Settling::handlePut(const Engine::Answer &answer)
{
    m_isAsking = false;
    if (!answer.hasCome)
        return m_ended(false);
    if (answer.value.isNull()) { // the mark is lost
        m_hasMark = false;
        return;
    }
    m_engine->remove(mark(), present);
    m_hasMark = m_isNeeded = false;
    m_ended(true);
}

} // namespace QRepod
