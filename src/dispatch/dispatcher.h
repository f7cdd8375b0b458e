// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handlertable.h"

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <memory>
#include <unordered_map>
#include <vector>

namespace QRepod {

//! Delivers a message to each target that has a handler for its action, in the order in which the
//! targets were added.
///
/// Destroyed targets are forgotten. A handler may do anything: add, remove and delete targets,
/// dispatch another message, delete the dispatcher. A target that is added, removed or destroyed
/// meanwhile does not get the message.
///
/// Used only in the thread of its targets.
class Dispatcher
{
public:
    enum class Outcome {
        Handled,    ///< at least one handler was called
        Mismatched, ///< handlers exist, but no parameters fit; nothing was called
        Unhandled,  ///< no target has a handler
    };

    //! \a extras is what handlers may take besides the contents of the message.
    explicit Dispatcher(Extras extras = {})
        : m_extras(std::move(extras))
    {
    }
    ~Dispatcher();
    Q_DISABLE_COPY_MOVE(Dispatcher)

    //! Adds \a object after the others, unless it is already a target.
    ///
    /// \a table is the table of its class. By default it is made for the first message, because
    /// \a object may be under construction now.
    void addTarget(QObject *object, std::shared_ptr<const HandlerTable> table = nullptr);

    void removeTarget(QObject *object);

    //! Dispatches \a message. \a sender is the object it came through, for handlers that take it.
    ///
    /// Pass \a answer if the message wants an answer.
    Outcome dispatch(const Message &message, QObject *sender = nullptr, Answer *answer = nullptr);

    //! Returns the name of a handler whose action is similar to \a action; empty if there is none.
    QByteArray nearest(QByteArrayView action) const;

private:
    struct Target
    {
        QPointer<QObject> object; ///< null once removed or destroyed
        std::shared_ptr<const HandlerTable> table;

        const HandlerTable &completeTable(const Extras &extras);
    };

    //! One target that gets the messages of an action.
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
    std::shared_ptr<const Routes> m_routes; // for several targets; null after they changed
};

} // namespace QRepod
