// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handlertable.h"

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <memory>
#include <unordered_map>
#include <vector>

namespace QRepod {

//! Decides which object gets a message: the first of its targets that has a handler for the action.
///
/// Targets that are destroyed are forgotten. A handler may do anything: add, remove and delete
/// targets, dispatch another message, delete the dispatcher.
///
/// Used in one thread, that of the targets.
class Dispatcher
{
public:
    enum class Outcome {
        Handled,    ///< a handler was called
        Mismatched, ///< the handler's parameters do not fit the message; nothing was called
        Unhandled,  ///< no target has a handler
    };

    //! With Leading::Sender the handlers get the sender of each message first.
    explicit Dispatcher(Handler::Leading leading = Handler::Leading::Nothing)
        : m_leading(leading)
    {
    }
    Q_DISABLE_COPY_MOVE(Dispatcher)

    //! Adds \a object behind the others, unless it is there already.
    ///
    /// \a table is that of its class; by default it is made for the first message, for \a object
    /// may be under construction now.
    void addTarget(QObject *object, std::shared_ptr<const HandlerTable> table = nullptr);

    void removeTarget(QObject *object);

    Outcome dispatch(const Message &message, QObject *sender = nullptr);

private:
    //! Who gets a message. Its handler lasts at least as long as this does.
    struct Receiver
    {
        QObject *object = nullptr;
        std::shared_ptr<const Handler> handler;
    };

    struct Target
    {
        QPointer<QObject> object;
        std::shared_ptr<const HandlerTable> table;

        void complete(Handler::Leading leading);
        Receiver receiver(const Handler *handler) const;
    };

    struct Route
    {
        const Target *target;
        const Handler *handler;
    };
    using Routes = std::unordered_map<QByteArrayView, Route, ActionHash>;

    Receiver receiver(QByteArrayView action);
    void buildRoutes();
    void forgetDestroyed();

    const Handler::Leading m_leading;
    std::vector<Target> m_targets;
    std::unique_ptr<const Routes> m_routes; // of several targets; null when they have changed
};

} // namespace QRepod
