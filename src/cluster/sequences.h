// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qhash.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! Numbers of what nodes have said, by topic and sender. They reveal what was lost.
class Sequences
{
public:
    enum class Verdict {
        InOrder, ///< or the first one heard from the sender on this topic
        Gap,     ///< something between this and the last one was lost
        Old,     ///< it has come before
    };

    Verdict note(const QByteArray &topic, const QString &node, quint64 epoch, quint64 number)
    {
        Latest &latest = m_topics[topic][node];
        const Latest before = latest;
        if (before.epoch == epoch && number <= before.number)
            return Verdict::Old;
        latest = {epoch, number};
        const bool isKnown = before.number > 0 && before.epoch == epoch;
        return isKnown && number != before.number + 1 ? Verdict::Gap : Verdict::InOrder;
    }

    //! This node no longer listens to \a topic.
    void forgetTopic(const QByteArray &topic) { m_topics.remove(topic); }

    void forgetNode(const QString &node)
    {
        for (QHash<QString, Latest> &nodes : m_topics)
            nodes.remove(node);
    }

    void clear() { m_topics.clear(); }

private:
    struct Latest
    {
        quint64 epoch = 0;
        quint64 number = 0;
    };

    QHash<QByteArray, QHash<QString, Latest>> m_topics;
};

} // namespace QRepod
