// SPDX-License-Identifier: MIT
#include "dispatch/handlertable.h"

#include "dispatch/editdistance.h"

#include <algorithm>

namespace QRepod {

namespace {

//! Returns how many of the last parameters of \a method may be omitted.
///
/// moc lists a method with default arguments once for each way to call it: first the whole one,
/// then clones, each with one parameter less.
int optionalParameters(const QMetaObject *type, const QMetaMethod &method)
{
    int count = 0;
    for (int i = method.methodIndex() + 1; i < type->methodCount(); ++i) {
        if (!(type->method(i).attributes() & QMetaMethod::Cloned))
            break;
        ++count;
    }
    return count;
}

bool isOverridden(const QMetaObject *type, const QMetaMethod &method)
{
    return type->indexOfMethod(method.methodSignature()) != method.methodIndex();
}

} // namespace

std::shared_ptr<const HandlerTable> HandlerTable::create(const QMetaObject *type,
                                                         const Extras &extras)
{
    const auto table = std::make_shared<HandlerTable>();
    table->add(type, "Network_", extras);
    table->add(type, "network_", extras);
    return table;
}

void HandlerTable::add(const QMetaObject *type, QByteArrayView prefix, const Extras &extras)
{
    Handlers added;
    for (const QMetaObject *level = type; level; level = level->superClass()) {
        for (int i = level->methodOffset(); i < level->methodCount(); ++i) {
            const QMetaMethod method = level->method(i);
            const QByteArray name = method.name();
            if (!name.startsWith(prefix) || name == "network_received"
                || (method.attributes() & QMetaMethod::Cloned) || isOverridden(type, method))
                continue;
            const QByteArray action = name.sliced(prefix.size());
            Handler &handler =
                added.try_emplace(action, level->className() + ("::" + name)).first->second;
            handler.add(method, optionalParameters(level, method), extras, m_converters);
        }
    }
    std::erase_if(added, [](const auto &entry) { return entry.second.isEmpty(); });
    m_handlers.merge(added); // keeps existing handlers
}

const Handler *HandlerTable::find(QByteArrayView action) const
{
    const auto handler = m_handlers.find(action);
    return handler == m_handlers.end() ? nullptr : &handler->second;
}

QByteArray HandlerTable::nearest(QByteArrayView action) const
{
    QByteArray name;
    qsizetype least = std::max<qsizetype>(action.size() / 3, 1) + 1;
    for (const auto &[known, handler] : m_handlers) {
        if (std::abs(known.size() - action.size()) > least)
            continue;
        const qsizetype distance = editDistance(known, action);
        const bool isTie = distance == least && !name.isEmpty();
        if (distance < least || (isTie && handler.name() < name)) {
            least = distance;
            name = handler.name();
        }
    }
    return name;
}

} // namespace QRepod
