// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handler.h"
#include "protocol/text.h"

#include <QtCore/qhashfunctions.h>

#include <memory>
#include <unordered_map>

namespace QRepod {

//! Let a look-up by action do with the bytes of the message.
struct ActionHash
{
    using is_transparent = void;
    size_t operator()(QByteArrayView action) const noexcept { return qHash(action); }
};
struct ActionEqual
{
    using is_transparent = void;
    bool operator()(QByteArrayView a, QByteArrayView b) const noexcept { return isSameText(a, b); }
};

//! All handlers of one class, by action.
///
/// `Network_<action>` is the handler of an action; `network_<action>` as well, for QML refuses
/// functions with upper-case names, but only if the class has none of the former. A class's own
/// methods come before those it inherits, and otherwise in the order of their declaration; an
/// overridden one counts where it was overridden. Nothing else of a class is ever in its table, in
/// particular not the fallback `network_received`.
///
/// Does not change once it is built, so that threads and objects of the class can share it.
class HandlerTable
{
public:
    using Handlers = std::unordered_map<QByteArray, Handler, ActionHash, ActionEqual>;

    //! Reads \a type, which must be complete: of an object under construction it is not.
    static std::shared_ptr<const HandlerTable> create(const QMetaObject *type,
                                                      const Extras &extras = {});

    //! The handler of \a action, or nullptr. What it costs does not depend on how many there are.
    const Handler *find(QByteArrayView action) const;

    //! The name of the handler for an action that is nearly \a action; empty if there is none.
    QByteArray nearest(QByteArrayView action) const;

    const Handlers &handlers() const { return m_handlers; }

private:
    void add(const QMetaObject *type, QByteArrayView prefix, const Extras &extras);

    Converters m_converters; // for the handlers' parameters
    Handlers m_handlers;
};

} // namespace QRepod
