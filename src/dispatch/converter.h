// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

#include <QtCore/qmetatype.h>

namespace QRepod {

//! Makes objects of one type of the values in messages, if they fit: kinds agree and nothing is
//! lost.
///
/// Does not change once it is made, so that threads can share it.
class Converter
{
public:
    virtual ~Converter() = default;
    Q_DISABLE_COPY_MOVE(Converter)

    //! Assigns \a value to \a target, an object of the type.
    ///
    /// \return whether it fits. If it does not, \a target is left valid, but may be assigned in
    /// part.
    virtual bool convert(const Value &value, void *target) const = 0;

    //! Whether an object made without arguments may stand for a field that is missing.
    virtual bool takesNothing() const { return false; }

protected:
    Converter() = default;
};

//! The converter that is one function.
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

//! Whether an object of \a type can be made without arguments.
inline bool isConstructible(QMetaType type)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return type.isDefaultConstructible();
#else
    return type.isValid() && type.iface()->defaultCtr;
#endif
}

} // namespace QRepod
