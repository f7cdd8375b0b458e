// SPDX-License-Identifier: MIT
#pragma once

#include "state/observers.h"
#include "state/replicarows.h"
#include "state/replicavalues.h"

#include <QtCore/qhash.h>

#include <functional>
#include <memory>
#include <optional>

namespace QRepod {

//! Who is told of what a shared object or model is now.
class ReplicaObserver
{
public:
    //! The values of \a names are others.
    virtual void changed(const QStringList &names) = 0;

    //! Everything has come, for the first time or again; or nothing will come any more.
    virtual void readyChanged() = 0;

protected:
    ~ReplicaObserver() = default;
};

//! One shared thing as it is known at this end.
struct ReplicaState
{
    enum class Kind { Unknown, Object, Model };

    Kind kind = Kind::Unknown; ///< Unknown: what is here, if anything, is out of date
    ReplicaValues values;
    ReplicaRows rows;
    Observers<ReplicaObserver> observers;
    std::optional<StateMessage> parts; ///< of a message whose last part has not come
};

//! What a peer shares, by name. Used in the thread of its listener.
///
/// What nobody looks at is followed as well: who looks later sees it at once.
class Replicas
{
public:
    //! Calls \a applied for each message, with the name and the time in it, once observers know.
    explicit Replicas(std::function<void(const QString &name, qint64 time)> applied)
        : m_applied(std::move(applied))
    {
    }
    ~Replicas();
    Q_DISABLE_COPY_MOVE(Replicas)

    //! How many shared things are followed that nobody looks at.
    static constexpr qsizetype maximum = 1'000;

    std::shared_ptr<ReplicaState> find(const QString &name);

    //! Takes in a message of the action `_state`.
    ///
    /// \return whether somebody looks at what it is about. Observers may have deleted this.
    bool take(const QVariantMap &fields);

    //! The connection has ended: everything is out of date until it comes again.
    void expire();

    //! The time of the message that is being taken in; -1 if none is.
    qint64 currentTime() const { return m_time; }

private:
    static std::optional<StateMessage> joined(ReplicaState &state, StateMessage part);
    static void apply(ReplicaState &state, const StateMessage &message);
    static void applyFull(ReplicaState &state, const StateMessage &message);
    static void applyValues(ReplicaState &state, const StateMessage &message);
    static std::optional<QList<RowValues>> rowsOf(const StateMessage &message);
    static void loseStep(ReplicaState &state, const StateMessage &message);
    static void setKind(ReplicaState &state, ReplicaState::Kind kind);
    static bool isObserved(const std::shared_ptr<ReplicaState> &state);

    const std::function<void(const QString &name, qint64 time)> m_applied;
    QHash<QString, std::shared_ptr<ReplicaState>> m_states;
    qint64 m_time = -1;
    const std::shared_ptr<bool> m_isAlive = std::make_shared<bool>(true);
};

} // namespace QRepod
