// SPDX-License-Identifier: MIT
#include "dispatch/dispatcher.h"

#include <algorithm>

namespace QRepod {

//! If a handler deletes the dispatcher, dispatch() still goes through its copy and finds no object.
Dispatcher::~Dispatcher()
{
    for (const auto &target : m_targets)
        target->object = nullptr;
}

void Dispatcher::addTarget(QObject *object, std::shared_ptr<const HandlerTable> table)
{
    forgetDestroyed();
    const auto isSame = [object](const auto &target) { return target->object == object; };
    if (object && std::none_of(m_targets.begin(), m_targets.end(), isSame))
        m_targets.push_back(std::make_shared<Target>(Target{object, std::move(table)}));
}

void Dispatcher::removeTarget(QObject *object)
{
    for (const auto &target : m_targets) {
        if (target->object == object)
            target->object = nullptr;
    }
    forgetDestroyed();
}

Dispatcher::Outcome Dispatcher::dispatch(const Message &message, QObject *sender, Answer *answer)
{
    if (m_targets.empty())
        return Outcome::Unhandled;
    const Call call{message, sender, answer};
    // A handler may delete this dispatcher: from here on, use only local variables.
    if (m_targets.size() == 1) {
        const std::shared_ptr<Target> &target = m_targets.front();
        if (!target->object)
            return Outcome::Unhandled;
        const Handler *const handler = target->completeTable(m_extras).find(message.action());
        return handler ? deliver({target, handler}, call) : Outcome::Unhandled;
    }
    if (!m_routes)
        buildRoutes();
    const std::shared_ptr<const Routes> routes = m_routes;
    const auto route = routes->find(message.action());
    return route == routes->end() ? Outcome::Unhandled : deliver(route->second, call);
}

Dispatcher::Outcome Dispatcher::deliver(const std::vector<Receiver> &receivers, const Call &call)
{
    Outcome outcome = Outcome::Unhandled;
    for (const Receiver &receiver : receivers)
        outcome = std::min(outcome, deliver(receiver, call));
    return outcome;
}

Dispatcher::Outcome Dispatcher::deliver(const Receiver &receiver, const Call &call)
{
    if (!receiver.target->object)
        return Outcome::Unhandled;
    return receiver.handler->call(receiver.target->object, call) ? Outcome::Handled
                                                                 : Outcome::Mismatched;
}

QByteArray Dispatcher::nearest(QByteArrayView action) const
{
    for (const auto &target : m_targets) {
        QByteArray name = target->table ? target->table->nearest(action) : QByteArray();
        if (!name.isEmpty())
            return name;
    }
    return {};
}

void Dispatcher::buildRoutes()
{
    forgetDestroyed();
    auto routes = std::make_shared<Routes>();
    for (const auto &target : m_targets) {
        for (const auto &[action, handler] : target->completeTable(m_extras).handlers())
            (*routes)[action].push_back({target, &handler});
    }
    m_routes = std::move(routes);
}

void Dispatcher::forgetDestroyed()
{
    m_routes.reset();
    std::erase_if(m_targets, [](const auto &target) { return !target->object; });
}

const HandlerTable &Dispatcher::Target::completeTable(const Extras &extras)
{
    if (!table)
        table = HandlerTable::create(object->metaObject(), extras);
    return *table;
}

} // namespace QRepod
