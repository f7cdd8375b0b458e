// SPDX-License-Identifier: MIT
#include "dispatch/json.h"

#include "dispatch/assign.h"
#include "dispatch/containers.h"
#include "dispatch/numbers.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>

#include <cmath>

namespace QRepod {

bool toJsonValue(const Value &value, void *target)
{
    const auto assignValue = [target](const QJsonValue &json) { return assign(target, json); };
    switch (value.kind()) {
    case Value::Kind::Nil:
        return assignValue(QJsonValue::Null);
    case Value::Kind::Boolean:
        return assignValue(value.toBoolean());
    case Value::Kind::Integer:
        return assignValue(value.toInteger());
    case Value::Kind::Unsigned: {
        double number;
        return toNumber<double>(value, &number) && assignValue(number);
    }
    case Value::Kind::Real:
        return std::isfinite(value.toReal()) && assignValue(value.toReal());
    case Value::Kind::Text:
        return assignValue(value.toText());
    case Value::Kind::List: {
        QJsonArray array;
        return toJsonArray(value, &array) && assignValue(array);
    }
    case Value::Kind::Map: {
        QJsonObject object;
        return toJsonObject(value, &object) && assignValue(object);
    }
    case Value::Kind::Binary:
    case Value::Kind::Time:
    case Value::Kind::Extension:
        break;
    }
    return false;
}

bool toJsonArray(const Value &value, void *target)
{
    const QVariantList *const list = listOf(value);
    if (!list)
        return false;
    QJsonArray array;
    for (const QVariant &variant : *list) {
        QJsonValue element;
        if (!toJsonValue(Value(variant), &element))
            return false;
        array.append(element);
    }
    return assign(target, array);
}

bool toJsonObject(const Value &value, void *target)
{
    const QVariantMap *const map = mapOf(value);
    if (!map)
        return false;
    QJsonObject object;
    for (auto it = map->begin(); it != map->end(); ++it) { // in QJsonObject's own order
        QJsonValue member;
        if (!toJsonValue(Value(it.value()), &member))
            return false;
        object.insert(it.key(), member);
    }
    return assign(target, object);
}

} // namespace QRepod
