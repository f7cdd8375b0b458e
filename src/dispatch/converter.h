// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

#include <QtCore/qmetatype.h>

namespace QRepod {

//! Converts values of messages to one type, if they fit: kinds must agree and nothing may be lost.
///
/// Immutable, so threads can share it.
class Converter
{
public:
    virtual ~Converter() = default;
    Q_DISABLE_COPY_MOVE(Converter)

    //! Assigns \a value to \a target, an object of the type.
    ///
    /// \return whether it fits. If not, \a target is valid but may be partly assigned.
    virtual bool convert(const Value &value, void *target) const = 0;

    //! Returns whether a default-constructed object may replace a missing field.
    virtual bool allowsMissing() const { return false; }

protected:
    Converter() = default;
};

//! A converter that is a single function.
template <bool (*function)(const Value &value, void *target)>
class FunctionConverter final : public Converter
{
public:
    static const Converter *instance()
    {
        static const FunctionConverter converter;
        return &converter;
    }

    bool convert(const Value &value, void *target) const override
    {
        return function(value, target);
    }
};

//! Returns whether \a type can be default-constructed.
inline bool isConstructible(QMetaType type)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return type.isDefaultConstructible();
#else
    return type.isValid() && type.iface()->defaultCtr;
#endif
}

} // namespace QRepod
