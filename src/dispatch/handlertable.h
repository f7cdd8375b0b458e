// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handler.h"
#include "protocol/text.h"

#include <QtCore/qhashfunctions.h>

#include <memory>
#include <unordered_map>

namespace QRepod {

//! Allow a look-up with the action's bytes in the message, without making a QByteArray.
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
/// `Network_<action>` handles an action. So does `network_<action>`, because QML refuses functions
/// with upper-case names, but only without a `Network_<action>` for the same action. A class's own
/// methods come before inherited ones, in order of declaration. An overridden method counts where
/// it was overridden. No other method is ever in the table, in particular not the fallback
/// `network_received`.
///
/// Immutable once built, so threads and objects of the class can share it.
class HandlerTable
{
public:
    using Handlers = std::unordered_map<QByteArray, Handler, ActionHash, ActionEqual>;

    //! Reads \a type, which must be complete: it is not while an object is under construction.
    static std::shared_ptr<const HandlerTable> create(const QMetaObject *type,
                                                      const Extras &extras = {});

    //! Returns the handler of \a action, or nullptr, in constant time.
    const Handler *find(QByteArrayView action) const;

    //! Returns the name of a handler whose action is similar to \a action; empty if there is none.
    QByteArray nearest(QByteArrayView action) const;

    const Handlers &handlers() const { return m_handlers; }

private:
    void add(const QMetaObject *type, QByteArrayView prefix, const Extras &extras);

    Converters m_converters; // for the handlers' parameters
    Handlers m_handlers;
};

} // namespace QRepod
