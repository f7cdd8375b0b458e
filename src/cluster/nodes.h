// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qmap.h>
#include <QtCore/qstringlist.h>

namespace QRepod {

//! The other nodes, and when each was last heard of. In the server's working thread.
///
/// One that is silent is not dead yet: it may be that only its messages were lost. It is once its
/// key, which it renews at the engine, has expired as well.
class Nodes
{
public:
    Nodes() { m_clock.start(); }

    //! \return whether it was not known before.
    bool hear(const QString &node)
    {
        const bool isNew = !m_nodes.contains(node);
        m_nodes[node].heard = m_clock.elapsed();
        return isNew;
    }

    //! None of them counts as silent: it was this end that did not listen.
    void hearAll()
    {
        for (Node &node : m_nodes)
            node.heard = m_clock.elapsed();
    }

    bool isSilent(const QString &node, qint64 milliseconds) const
    {
        const auto place = m_nodes.constFind(node);
        return place != m_nodes.cend() && m_clock.elapsed() - place->heard >= milliseconds;
    }

    //! A round of \a node's users begins: its number.
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
