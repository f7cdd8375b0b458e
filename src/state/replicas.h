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

//! Is told of changes to a shared object or model.
class ReplicaObserver
{
public:
    //! The values of the properties \a names have changed.
    virtual void changed(const QStringList &names) = 0;

    //! The whole state has arrived, for the first time or again; or no more will arrive.
    virtual void readyChanged() = 0;

protected:
    ~ReplicaObserver() = default;
};

//! A shared object or model, as received so far.
struct ReplicaState
{
    enum class Kind { Unknown, Object, Model };

    Kind kind = Kind::Unknown; ///< Unknown: the contents, if any, are out of date
    ReplicaValues values;
    ReplicaRows rows;
    Observers<ReplicaObserver> observers;
    std::optional<StateMessage> parts; ///< of a message whose last part is still missing
};

//! Everything that a peer shares, by name. Used in the thread of its listener.
///
/// Shared things that nobody observes are followed as well: a later observer sees them at once.
class Replicas
{
public:
    //! Calls \a applied with the name and time of each message, after its observers were told.
    explicit Replicas(std::function<void(const QString &name, qint64 time)> applied)
        : m_applied(std::move(applied))
    {
    }
    ~Replicas();
    Q_DISABLE_COPY_MOVE(Replicas)

    //! The most shared things that are followed without an observer.
    static constexpr qsizetype maximum = 1'000;

    std::shared_ptr<ReplicaState> find(const QString &name);

    //! Applies a message of the action `_state`.
    ///
    /// \return whether somebody observes its subject. Observers may have deleted this object.
    bool take(const QVariantMap &fields);

    //! The connection has ended: everything is out of date until it arrives again.
    void expire();

    //! The time of the message that is being applied; -1 if none is.
    qint64 currentTime() const { return m_time; }

private:
    static std::optional<StateMessage> joined(ReplicaState &state, StateMessage part);
    static void apply(ReplicaState &state, const StateMessage &message);
    static void applyFull(ReplicaState &state, const StateMessage &message);
    static void applyValues(ReplicaState &state, const StateMessage &message);
    static std::optional<QList<RowValues>> rowsOf(const StateMessage &message);
    static void markOutOfStep(ReplicaState &state, const StateMessage &message);
    static void setKind(ReplicaState &state, ReplicaState::Kind kind);
    static bool isObserved(const std::shared_ptr<ReplicaState> &state);

    const std::function<void(const QString &name, qint64 time)> m_applied;
    QHash<QString, std::shared_ptr<ReplicaState>> m_states;
    qint64 m_time = -1;
    const std::shared_ptr<bool> m_isAlive = std::make_shared<bool>(true);
};

} // namespace QRepod
