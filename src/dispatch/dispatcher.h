// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handlertable.h"

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <memory>
#include <unordered_map>
#include <vector>

namespace QRepod {

//! Gives a message to each of its targets that has a handler for the action, in the order in which
//! they were added.
///
/// Targets that are destroyed are forgotten. A handler may do anything: add, remove and delete
/// targets, dispatch another message, delete the dispatcher. Who is removed or destroyed meanwhile
/// does not get the message any more, who is added does not get it either.
///
/// Used in one thread, that of the targets.
class Dispatcher
{
public:
    enum class Outcome {
        Handled,    ///< at least one handler was called
        Mismatched, ///< there are handlers, but their parameters do not fit; nothing was called
        Unhandled,  ///< no target has a handler
    };

    //! \a extras is what handlers may take besides what is in the message.
    explicit Dispatcher(Extras extras = {})
        : m_extras(std::move(extras))
    {
    }
    ~Dispatcher();
    Q_DISABLE_COPY_MOVE(Dispatcher)

    //! Adds \a object behind the others, unless it is there already.
    ///
    /// \a table is that of its class; by default it is made for the first message, for \a object
    /// may be under construction now.
    void addTarget(QObject *object, std::shared_ptr<const HandlerTable> table = nullptr);

    void removeTarget(QObject *object);

    //! \a sender is who the message came through, for handlers that take it.
    ///
    /// With \a answer, the message is one that is to be answered.
    Outcome dispatch(const Message &message, QObject *sender = nullptr, Answer *answer = nullptr);

    //! The name of a target's handler for an action that is nearly \a action; empty if there is
    //! none.
    QByteArray nearest(QByteArrayView action) const;

private:
    struct Target
    {
        QPointer<QObject> object; ///< null: it was removed or destroyed
        std::shared_ptr<const HandlerTable> table;

        const HandlerTable &completeTable(const Extras &extras);
    };

    //! Who gets the messages of one action.
    struct Receiver
    {
        std::shared_ptr<const Target> target;
        const Handler *handler; ///< in the target's table
    };
    using Routes =
        std::unordered_map<QByteArrayView, std::vector<Receiver>, ActionHash, ActionEqual>;

    static Outcome deliver(const Receiver &receiver, const Call &call);
    static Outcome deliver(const std::vector<Receiver> &receivers, const Call &call);
    void buildRoutes();
    void forgetDestroyed();

    const Extras m_extras;
    std::vector<std::shared_ptr<Target>> m_targets;
    std::shared_ptr<const Routes> m_routes; // of several targets; null when they have changed
};

} // namespace QRepod
