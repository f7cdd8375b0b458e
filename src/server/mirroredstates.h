// SPDX-License-Identifier: MIT
#pragma once

#include "server/clusterseam.h"
#include "server/statenews.h"
#include "state/replicarows.h"
#include "state/replicavalues.h"

#include <map>

namespace QRepod {

class Channel;
class RoomStates;

//! The copy of a state that another node shares: enough to send the whole to a joining channel.
class StateCopy
{
public:
    //! \return false if \a message does not fit what is known.
    bool apply(const StateMessage &message);

    //! Returns the fields of a message with the whole state.
    QVariantMap whole() const;

private:
    bool m_isModel = false;
    QString m_key;
    ReplicaValues m_values;
    ReplicaRows m_rows;
};

//! What other nodes of a cluster share in a room. This node's clients see it as if this node shared
//! it.
///
/// Each name belongs to one node: if two nodes share the same name, the later one counts. What this
/// node shares itself takes precedence over both. In the server's working thread.
class MirroredStates
{
public:
    using Verdict = ClusterSeam::StateVerdict;

    explicit MirroredStates(RoomStates &states)
        : m_states(states)
    {
    }
    Q_DISABLE_COPY_MOVE(MirroredStates)

    //! Takes \a news from \a node.
    Verdict take(const QString &node, const StateNews &news);

    //! \a node is about to list everything that it shares…
    void beginRound(const QString &node);

    //! …and no longer shares what it has not listed. \return whether that is anything.
    bool endRound(const QString &node);

    //! Whether anything here belongs to \a node.
    bool knows(const QString &node) const;

    //! \a node is gone. \return whether anything here belonged to it.
    bool forget(const QString &node);

    //! This node shares \a name itself from now on; forgetAll(): the room is no longer shared.
    void forgetName(const QString &name);
    void forgetAll();

    void welcome(Channel *channel) const;
    void farewell(Channel *channel) const;

private:
    struct Mirror
    {
        QString node;
        quint64 since = 0;
        quint64 number = 0;
        bool isTold = true;   // listed in the latest round
        qint64 clockLead = 0; // of this node's clock, including the shortest transit time
        qint64 clockSeen = 0; // when the lead was estimated
        StateCopy copy;
    };
    using Mirrors = std::map<QString, Mirror>;

    bool isOutdated(const Mirror &mirror, const QString &node, const StateNews &news) const;
    Verdict takeWhole(const QString &node, const StateNews &news, const QVariantMap &fields,
                      const StateMessage &message);
    Verdict takeChange(Mirror &mirror, const StateNews &news, const QVariantMap &fields,
                       const StateMessage &message);
    static qint64 timeHere(Mirror &mirror, qint64 time);
    Mirrors::iterator drop(Mirrors::iterator place);
    template <class Predicate>
    bool dropIf(Predicate predicate);

    RoomStates &m_states;
    Mirrors m_mirrors;
};

} // namespace QRepod
