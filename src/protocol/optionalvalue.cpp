// SPDX-License-Identifier: MIT
#include "protocol/optionalvalue.h"

#include "protocol/optionaltypes.h"

namespace QRepod {

namespace {

//! Returns the type name between the brackets of an optional, whether the optional is std's or the
//! library's own. Returns nothing for other types, such as a list of optionals.
QByteArrayView nameInOptional(QMetaType type)
{
    constexpr QByteArrayView opening = "optional<";
    const QByteArrayView name = type.name();
    const qsizetype start = name.indexOf(opening);
    if (start < 0 || name.first(start).contains('<'))
        return {};
    return name.sliced(start + opening.size()).chopped(1).trimmed();
}

} // namespace

bool isOptional(QMetaType type)
{
    return !nameInOptional(type).isEmpty();
}

QMetaType typeInOptional(QMetaType type)
{
    return QMetaType::fromName(nameInOptional(type));
}

std::optional<QVariant> valueInOptional(const QVariant &variant)
{
    const QMetaType type = variant.metaType();
    if (!isOptional(type))
        return {};
    QVariant inside;
    const auto isKnown = [&]<class T>(std::type_identity<T>) {
        if (type != QMetaType::fromType<std::optional<T>>())
            return false;
        const auto &optional = *static_cast<const std::optional<T> *>(variant.constData());
        if (optional)
            inside = QVariant::fromValue(*optional);
        return true;
    };
    if (anyOptionalType(isKnown))
        return inside;

    if (!QMetaType::hasRegisteredConverterFunction(type, QMetaType::fromType<QVariant>())
        || !QMetaType::convert(type, variant.constData(), QMetaType::fromType<QVariant>(), &inside))
        return {};
    return inside;
}

} // namespace QRepod
