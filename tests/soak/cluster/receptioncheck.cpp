// SPDX-License-Identifier: MIT
#include "soak/cluster/receptioncheck.h"

#include "soak/tally.h"

#include <utility>

void ReceptionCheck::begin()
{
    m_node.clear();
    m_announced = 0;
    m_latest.clear();
    m_gaps.clear();
    m_nodesReceived.clear();
}

void ReceptionCheck::take(const QVariantMap &message)
{
    const QString action = message["action"].toString();
    if (action == "here")
        return handleNode(message);
    const QString node = message["node"].toString();
    if (action == "tick") {
        checkNumber(node, message);
        m_nodesReceived.insert(node);
    } else if (action == "said") {
        checkNumber(node + ' ' + message["from"].toString() + ' ' + message["life"].toString(),
                    message);
    }
}

//! Checks the next number of a sender: numbers come in order, and each once.
void ReceptionCheck::checkNumber(const QString &who, const QVariantMap &message)
{
    ++m_totals.messages;
    const Latest now{message["n"].toInt(), message["offlines"].toInt(), m_announced};
    const Latest before = std::exchange(m_latest[who], now);
    if (before.n == 0 || now.n == before.n + 1)
        return;
    const QString what = QString("%1: %2 after %3").arg(who).arg(now.n).arg(before.n);
    if (now.n <= before.n)
        violation("doubled or out of order: " + what);
    else if (message["node"].toString() == m_node)
        violation("lost on its own node: " + what);
    else if (now.offlines == before.offlines)
        m_gaps << Gap{what, before.announced};
    else
        ++m_totals.gaps;
}

void ReceptionCheck::handleNode(const QVariantMap &message)
{
    m_node = message["node"].toString();
    m_announced = message["announced"].toInt();
    for (const Gap &gap : std::exchange(m_gaps, {})) {
        ++m_totals.gaps;
        if (gap.announced == m_announced)
            violation("a gap that was not announced: " + gap.what);
    }
}

void ReceptionCheck::violation(const QString &text) const
{
    tally().violation(QString("%1 at %2: %3").arg(m_client, m_node, text));
}
