// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qmap.h>
#include <QtCore/qstringlist.h>

namespace QRepod {

//! The other nodes, and when each was last heard. In the server's working thread.
///
/// A silent node is not lost yet: perhaps only its messages were. It is lost once its key at the
/// engine, which it renews, has expired as well.
class Nodes
{
public:
    Nodes() { m_clock.start(); }

    //! \return whether \a node was unknown before.
    bool noteHeard(const QString &node)
    {
        const bool isNew = !m_nodes.contains(node);
        m_nodes[node].heard = m_clock.elapsed();
        return isNew;
    }

    //! Counts every node as heard just now, because this end was not listening.
    void noteAllHeard()
    {
        for (Node &node : m_nodes)
            node.heard = m_clock.elapsed();
    }

    bool isSilent(const QString &node, qint64 milliseconds) const
    {
        const auto place = m_nodes.constFind(node);
        return place != m_nodes.cend() && m_clock.elapsed() - place->heard >= milliseconds;
    }

    //! Begins a round of \a node's users, and returns its number.
    quint64 beginRound(const QString &node) { return ++m_nodes[node].round; }
    quint64 round(const QString &node) const { return m_nodes.value(node).round; }

    bool remove(const QString &node) { return m_nodes.remove(node) > 0; }
    void clear() { m_nodes.clear(); }
    QStringList names() const { return m_nodes.keys(); }
    qsizetype count() const { return m_nodes.size(); }

private:
    struct Node
    {
        qint64 heard = 0;
        quint64 round = 0;
    };

    QElapsedTimer m_clock;
    QMap<QString, Node> m_nodes;
};

} // namespace QRepod
