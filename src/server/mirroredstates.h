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

//! What another node shares, as far as it is known here: enough to tell it to who joins.
class StateCopy
{
public:
    //! \return false if \a message is not about what is known.
    bool apply(const StateMessage &message);

    //! The fields of the message that tells everything.
    QVariantMap whole() const;

private:
    bool m_isModel = false;
    QString m_key;
    ReplicaValues m_values;
    ReplicaRows m_rows;
};

//! What other nodes of a cluster share in a room. This node's clients are told of it as if it were
//! this node's own.
///
/// Each thing is that of one node: of two that share the same name, the later one counts. What this
/// node shares by itself goes before both. In the server's working thread.
class MirroredStates
{
public:
    using Verdict = ClusterSeam::StateVerdict;

    explicit MirroredStates(RoomStates &states)
        : m_states(states)
    {
    }
    Q_DISABLE_COPY_MOVE(MirroredStates)

    //! \a node says so.
    Verdict take(const QString &node, const StateNews &news);

    //! \a node is about to tell everything that it shares…
    void beginRound(const QString &node);

    //! …and what it has not told it does not share any more. \return whether that is anything.
    bool endRound(const QString &node);

    //! Whether anything here is of \a node.
    bool knows(const QString &node) const;

    //! \a node is gone. \return whether it shared anything that counted.
    bool forget(const QString &node);

    //! This node shares it from now on, or the room is not shared any more.
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
        bool isTold = true;   // in the latest round
        qint64 clockLead = 0; // of this node's clock, as far as the time on the way allows
        qint64 clockSeen = 0; // when that was estimated
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
