// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/method.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace QRepod {

//! The methods of one class that handle one action.
///
/// A method gets
/// - nothing, if it has no parameters;
/// - the whole message, if its one parameter is a QVariantMap or a QVariant;
/// - a gadget filled by the names of its properties, if its one parameter is a gadget;
/// - otherwise, for each parameter, the field of the same name; fields that belong to default
///   arguments may be missing from the end on.
///
/// With Leading::Sender, the first parameter, if any, gets the object that the message came
/// through. Parameters of supplied types get the supplied arguments. The list above is about the
/// others.
///
/// A value must fit its parameter, see Converters. If a field occurs twice, the last one counts.
/// Fields without a parameter are ignored; a field that has one is never dropped.
///
/// A handler is immutable once its table is built. Several threads may call it, each for objects of
/// its own.
class Handler
{
public:
    using Leading = QRepod::Leading;

    //! \a name is used in warnings: `GameClient::Network_move`.
    explicit Handler(const QByteArray &name);
    Q_DISABLE_COPY_MOVE(Handler)

    //! Adds \a method, whose last \a optional parameters have default arguments.
    ///
    /// Warns and leaves it out if no message could ever call it.
    void add(const QMetaMethod &method, int optional, const Extras &extras, Converters &converters);

    const QByteArray &name() const { return m_name; }

    bool isEmpty() const { return m_methods.empty(); }

    //! Calls the first method that the message fits, in the order in which they were added.
    ///
    /// The method may delete \a object and whatever owns this handler's table, so the caller must
    /// hold on to the table meanwhile.
    /// \return whether a method was called. If not, a warning says what did not fit, once for each
    ///         kind of mismatch, of which at most 8 are reported.
    bool call(QObject *object, const Call &call) const;

private:
    bool isNewKind(size_t kind) const;

    const QByteArray m_name;
    std::vector<std::unique_ptr<const Method>> m_methods;

    mutable std::mutex m_mutex;                 // guards the following
    mutable std::set<size_t> m_warned;          // kinds of mismatch that have been reported
    mutable std::atomic<bool> m_mayWarn = true; // whether another warning is allowed; any thread
};

} // namespace QRepod
