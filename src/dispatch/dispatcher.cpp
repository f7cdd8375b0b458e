// SPDX-License-Identifier: MIT
#include "dispatch/dispatcher.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(dispatchLog)

void Dispatcher::addTarget(QObject *object, std::shared_ptr<const HandlerTable> table)
{
    forgetDestroyed();
    const auto isSame = [object](const Target &target) { return target.object == object; };
    if (object && std::none_of(m_targets.begin(), m_targets.end(), isSame))
        m_targets.push_back({object, std::move(table)});
}

void Dispatcher::removeTarget(QObject *object)
{
    forgetDestroyed();
    std::erase_if(m_targets, [object](const Target &target) { return target.object == object; });
}

Dispatcher::Outcome Dispatcher::dispatch(const Message &message, QObject *sender)
{
    const auto [object, handler] = receiver(message.action());
    if (!handler) {
        qCDebug(dispatchLog) << "no handler for action" << message.action();
        return Outcome::Unhandled;
    }
    // The handler may delete this dispatcher: from here on only what is local counts.
    return handler->call(object, message, sender) ? Outcome::Handled : Outcome::Mismatched;
}

Dispatcher::Receiver Dispatcher::receiver(QByteArrayView action)
{
    if (m_targets.size() == 1) {
        Target &target = m_targets.front();
        if (!target.object)
            return {};
        target.complete(m_leading);
        return target.receiver(target.table->find(action));
    }

    if (!m_routes)
        buildRoutes();
    const auto route = m_routes->find(action);
    if (route == m_routes->end())
        return {};
    const auto [target, handler] = route->second;
    if (target->object)
        return target->receiver(handler);
    forgetDestroyed();
    return receiver(action);
}

void Dispatcher::buildRoutes()
{
    forgetDestroyed();
    auto routes = std::make_unique<Routes>();
    for (Target &target : m_targets) {
        target.complete(m_leading);
        for (const auto &[action, handler] : target.table->handlers())
            routes->try_emplace(action, Route{&target, &handler}); // keeps an earlier target's
    }
    m_routes = std::move(routes);
}

void Dispatcher::forgetDestroyed()
{
    m_routes.reset();
    std::erase_if(m_targets, [](const Target &target) { return !target.object; });
}

void Dispatcher::Target::complete(Handler::Leading leading)
{
    if (!table)
        table = HandlerTable::create(object->metaObject(), leading);
}

Dispatcher::Receiver Dispatcher::Target::receiver(const Handler *handler) const
{
    if (!handler)
        return {};
    return {object, std::shared_ptr<const Handler>(table, handler)};
}

} // namespace QRepod
