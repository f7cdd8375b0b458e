// SPDX-License-Identifier: MIT
#pragma once

//! Values as the decoder returns them, and what they convert to.

#include "dispatch/converters.h"

#include <QtTest/qtest.h>

#include <optional>

using namespace QRepod;

inline QString text(const char *utf8)
{
    return QString::fromUtf8(utf8);
}

//! An integer as the decoder returns it.
inline QVariant integer(qint64 value)
{
    return QVariant(value);
}

inline QVariant nil()
{
    return QVariant::fromValue(nullptr);
}

inline bool convert(const Value &value, QMetaType type, void *target)
{
    Converters converters;
    const Converter *const converter = converters.find(type);
    return converter && converter->convert(value, target);
}

inline bool canBecome(QMetaType type)
{
    return Converters().find(type);
}

//! Returns the object that \a value converts to, or nothing.
template <class T>
std::optional<T> to(const Value &value)
{
    T object{};
    if (!convert(value, QMetaType::fromType<T>(), &object))
        return {};
    return object;
}

template <class T>
std::optional<T> to(const QVariant &decoded)
{
    return to<T>(Value(decoded));
}
