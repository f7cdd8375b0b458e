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
/// With Leading::Sender the first parameter, if there is one, gets the object that the message came
/// through instead; parameters of the types that are supplied get these. What stands above is said
/// of the others.
///
/// A value has to fit its parameter, see Converters. Of a field that stands twice the last one
/// counts, and fields without a parameter are ignored; a field that has one is never dropped.
///
/// A handler does not change once its table is built; it may be called in several threads, for
/// objects of their own.
class Handler
{
public:
    using Leading = QRepod::Leading;

    //! \a name is what warnings call it: `GameClient::Network_move`.
    explicit Handler(const QByteArray &name);
    Q_DISABLE_COPY_MOVE(Handler)

    //! Adds \a method, the last \a optional parameters of which have default arguments.
    ///
    /// Leaves it out, with a warning, if no message could ever call it.
    void add(const QMetaMethod &method, int optional, const Extras &extras, Converters &converters);

    const QByteArray &name() const { return m_name; }

    bool isEmpty() const { return m_methods.empty(); }

    //! Calls the first method that the message fits, in the order in which they were added.
    ///
    /// The called method may delete \a object and whatever owns this handler's table, so the caller
    /// holds on to the table meanwhile.
    /// \return whether there was one; if not, a warning says what did not fit, unless it has said
    ///         the same already or much else.
    bool call(QObject *object, const Call &call) const;

private:
    bool isNewKind(size_t kind) const;

    const QByteArray m_name;
    std::vector<std::unique_ptr<const Method>> m_methods;

    mutable std::mutex m_mutex;                 // guards what follows
    mutable std::set<size_t> m_warned;          // kinds of mismatch that a warning has told of
    mutable std::atomic<bool> m_mayWarn = true; // whether there may be another warning; any thread
};

} // namespace QRepod
