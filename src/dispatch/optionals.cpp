// SPDX-License-Identifier: MIT
#include "dispatch/optionals.h"

#include "dispatch/converters.h"
#include "dispatch/memory.h"
#include "protocol/optionaltypes.h"
#include "protocol/optionalvalue.h"

#include <optional>

namespace QRepod {

namespace {

template <class T>
class KnownOptional final : public Converter
{
public:
    explicit KnownOptional(const Converter &value)
        : m_value(value)
    {
    }

    bool allowsMissing() const override { return true; }

    bool convert(const Value &value, void *target) const override
    {
        auto &optional = *static_cast<std::optional<T> *>(target);
        optional.reset();
        if (value.kind() == Value::Kind::Nil)
            return true;
        T object{};
        if (!m_value.convert(value, &object))
            return false;
        optional = std::move(object);
        return true;
    }

private:
    const Converter &m_value;
};

//! Converts to an optional that the program has registered.
class RegisteredOptional final : public Converter
{
public:
    RegisteredOptional(QMetaType type, QMetaType valueType, const Converter &value)
        : m_type(type)
        , m_valueType(valueType)
        , m_value(value)
    {
    }

    bool allowsMissing() const override { return true; }

    bool convert(const Value &value, void *target) const override
    {
        if (value.kind() == Value::Kind::Nil) {
            m_type.destruct(target);
            m_type.construct(target);
            return true;
        }
        LocalObject object(m_valueType);
        return m_value.convert(value, object.data())
            && QMetaType::convert(m_valueType, object.data(), m_type, target);
    }

private:
    const QMetaType m_type;
    const QMetaType m_valueType;
    const Converter &m_value;
};

using Created = std::unique_ptr<const Converter>;

} // namespace

Created createOptionalConverter(QMetaType type, Converters &converters)
{
    if (!isOptional(type))
        return nullptr;
    Created created;
    const auto isKnown = [&]<class T>(std::type_identity<T>) {
        if (type != QMetaType::fromType<std::optional<T>>())
            return false;
        created = std::make_unique<KnownOptional<T>>(*converters.find(QMetaType::fromType<T>()));
        return true;
    };
    if (anyOptionalType(isKnown))
        return created;

    const QMetaType valueType = typeInOptional(type);
    const Converter *const value = converters.find(valueType);
    if (!value || !QMetaType::hasRegisteredConverterFunction(valueType, type))
        return nullptr;
    return std::make_unique<RegisteredOptional>(type, valueType, *value);
}

} // namespace QRepod
