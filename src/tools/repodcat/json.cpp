// SPDX-License-Identifier: MIT
#include "repodcat/json.h"

#include <QRepod/Extension>

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <cmath>
#include <limits>

namespace {

QJsonValue jsonOf(const QVariant &value);

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

QJsonObject objectOf(const QVariantMap &map)
{
    QJsonObject object;
    for (auto i = map.cbegin(); i != map.cend(); ++i)
        object.insert(i.key(), jsonOf(i.value()));
    return object;
}

QJsonValue mapOf(const QVariantMap &map)
{
    const QJsonObject object = objectOf(map);
    const bool looksSpecial = map.size() == 1 && map.firstKey().startsWith('$');
    return looksSpecial ? QJsonObject{{"$map", object}} : object;
}

QJsonValue listOf(const QVariantList &list)
{
    QJsonArray array;
    for (const QVariant &value : list)
        array.append(jsonOf(value));
    return array;
}

QJsonValue doubleOf(double number)
{
    if (std::isfinite(number))
        return number;
    return QJsonObject{{"$number", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"}};
}

QJsonValue jsonOf(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Double:
        return doubleOf(value.toDouble());
    case QMetaType::ULongLong: // only what a qint64 does not hold arrives as this
        return QJsonObject{{"$number", QString::number(value.toULongLong())}};
    case QMetaType::QByteArray:
        return QJsonObject{{"$binary", base64(value.toByteArray())}};
    case QMetaType::QDateTime:
        return QJsonObject{{"$time", value.toDateTime().toString(Qt::ISODateWithMs)}};
    case QMetaType::QVariantList:
        return listOf(value.toList());
    case QMetaType::QVariantMap:
        return mapOf(value.toMap());
    default:
        break;
    }
    if (value.metaType() == QMetaType::fromType<QRepod::Extension>()) {
        const auto extension = value.value<QRepod::Extension>();
        return QJsonObject{{"$extension", QJsonArray{int(extension.type), base64(extension.data)}}};
    }
    return QJsonValue::fromVariant(value);
}

//! A JSON object or array on its way back; what is wrong with it first is remembered.
class Reader
{
public:
    QVariantMap map(const QJsonObject &object)
    {
        QVariantMap map;
        for (auto i = object.begin(); i != object.end(); ++i)
            map.insert(i.key(), value(i.value()));
        return map;
    }

    QString error;

private:
    QVariant value(const QJsonValue &json)
    {
        if (json.isArray()) {
            QVariantList list;
            const QJsonArray array = json.toArray();
            for (const auto &element : array)
                list.append(value(element));
            return list;
        }
        if (!json.isObject())
            return json.isNull() ? QVariant() : json.toVariant();
        const QJsonObject object = json.toObject();
        const QString key = object.size() == 1 ? object.begin().key() : QString();
        return key.startsWith('$') ? special(key, object.begin().value()) : map(object);
    }

    QVariant special(const QString &key, const QJsonValue &json)
    {
        if (key == "$map" && json.isObject())
            return map(json.toObject());
        QVariant value;
        if (key == "$binary")
            value = bytes(json);
        else if (key == "$number")
            value = number(json.toString());
        else if (key == "$time")
            value = time(json.toString());
        else if (key == "$extension")
            value = extension(json.toArray());
        if (!value.isValid() && error.isEmpty())
            error = QString("invalid value for \"%1\"").arg(key);
        return value;
    }

    static QVariant bytes(const QJsonValue &json)
    {
        const auto decoded = QByteArray::fromBase64Encoding(
            json.toString().toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
        return json.isString() && decoded ? QVariant(*decoded) : QVariant();
    }

    static QVariant number(const QString &text)
    {
        if (text == "nan")
            return std::numeric_limits<double>::quiet_NaN();
        if (text == "inf" || text == "-inf")
            return (text == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
        bool isNumber = false;
        const quint64 number = text.toULongLong(&isNumber);
        return isNumber ? QVariant(number) : QVariant();
    }

    static QVariant time(const QString &text)
    {
        const QDateTime time = QDateTime::fromString(text, Qt::ISODateWithMs);
        return time.isValid() ? QVariant(time) : QVariant();
    }

    static QVariant extension(const QJsonArray &typeAndData)
    {
        const int type = typeAndData.at(0).toInt(128);
        const QVariant data = bytes(typeAndData.at(1));
        if (typeAndData.size() != 2 || type < -128 || type > 127 || !data.isValid())
            return {};
        return QVariant::fromValue(QRepod::Extension{qint8(type), data.toByteArray()});
    }
};

} // namespace

QByteArray toJson(const QVariantMap &message)
{
    return QJsonDocument(objectOf(message)).toJson(QJsonDocument::Compact);
}

std::optional<QVariantMap> fromJson(const QByteArray &line, QString *error)
{
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(line, &parseError);
    Reader reader;
    QVariantMap message;
    if (parseError.error != QJsonParseError::NoError) {
        reader.error =
            QString("%1 at byte %2").arg(parseError.errorString()).arg(parseError.offset);
    } else if (!document.isObject()) {
        reader.error = "not a JSON object";
    } else {
        message = reader.map(document.object());
        if (!message.contains("action") && reader.error.isEmpty())
            reader.error = "no \"action\"";
    }
    if (reader.error.isEmpty())
        return message;
    *error = reader.error;
    return {};
}
