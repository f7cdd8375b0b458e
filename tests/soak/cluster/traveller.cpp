// SPDX-License-Identifier: MIT
#include "soak/cluster/traveller.h"

#include <utility>

namespace {

// Milliseconds. A stopped node must be noticed before it goes on.
constexpr int shortestPause = 100; // between attempts
constexpr int longestPause = 1000;
constexpr int travellersBeat = 500;
constexpr int travellersPatience = 2000;

} // namespace

Traveller::Traveller(int number, const NodeProcess &home, size_t route, const QString &table,
                     ReceivedTotals &totals, Outcomes &outcomes)
    : m_number(number)
    , m_home(home)
    , m_isBrowser(route > 0)
    , m_url(QString("%1://127.0.0.1:%2")
                .arg(QLatin1String(m_isBrowser ? "ws" : "repod"))
                .arg(home.routes[route]->entry.port()))
    , m_table(table)
    , m_outcomes(outcomes)
    , m_reception(QString("traveller %1").arg(number), totals)
{
    setAutoPump(true);
    setReconnect(true);
    setReconnectInterval(shortestPause);
    setMaximumReconnectInterval(longestPause);
    setHeartbeatInterval(travellersBeat);
    setIdleTimeout(travellersPatience);
    setConnectTimeout(travellersPatience);
    connect(m_url);
}

void Traveller::goHome()
{
    m_isLeaving = true;
    connect(m_url);
}

void Traveller::sendNext()
{
    if (isKnown() && !m_isLeaving && send("say", {{"life", m_life}, {"n", ++m_sent}}) == 0)
        m_reception.violation("its message was not accepted");
}

void Traveller::network_received(const QVariantMap &message)
{
    if (m_isLeaving)
        return;
    if (m_phase != Phase::Up)
        m_reception.violation("received a message while not connected");
    m_outcomes.byWebSocket += m_isBrowser;
    m_reception.take(message);
}

void Traveller::Network_connected()
{
    pass(Phase::Away, Phase::Up, "connected");
    ++m_life;
    m_sent = 0;
    send("enter", {{"table", m_table}, {"from", m_number}});
}

void Traveller::Network_interrupted()
{
    pass(Phase::Up, Phase::Interrupted, "interrupted");
    ++m_outcomes.interruptions;
}

void Traveller::Network_resumed()
{
    pass(Phase::Interrupted, Phase::Up, "resumed");
    ++m_outcomes.resumes;
}

//! Only an interrupted traveller learns that its session has ended. One that its node does not know
//! yet may be disconnected at any time.
void Traveller::Network_disconnected()
{
    if (isKnown() && !std::exchange(m_isLeaving, false)) {
        pass(Phase::Interrupted, Phase::Away, "disconnected");
        if (m_home.id() == m_reception.node())
            m_outcomes.unexpectedEnds << QString("traveller %1: %2").arg(m_number).arg(m_error);
        else
            ++m_outcomes.lost;
    }
    m_phase = Phase::Away;
    m_reception.begin();
}

void Traveller::pass(Phase from, Phase to, const char *event)
{
    if (std::exchange(m_phase, to) != from)
        m_reception.violation(QString("%1 out of turn").arg(event));
}
