// SPDX-License-Identifier: MIT
#include "protocol/control.h"

#include "protocol/encoder.h"
#include "protocol/variantreader.h"

#include <algorithm>
#include <array>

namespace QRepod {

namespace {

struct Name
{
    QByteArrayView key;
    Control::Kind kind;
};

constexpr std::array<Name, 10> names = {{
    {"_hello", Control::Kind::Hello},
    {"_refused", Control::Kind::Refused},
    {"_redirect", Control::Kind::Redirect},
    {"_ping", Control::Kind::Ping},
    {"_pong", Control::Kind::Pong},
    {"_resume", Control::Kind::Resume},
    {"_resumed", Control::Kind::Resumed},
    {"_lost", Control::Kind::Lost},
    {"_ack", Control::Kind::Ack},
    {"_bye", Control::Kind::Bye},
}};

// The longest reason, in characters. At four bytes each it still fits a control frame.
constexpr qsizetype maximumReasonSize = 1000;

} // namespace

Control::Kind Control::kindOf(QByteArrayView key)
{
    if (!key.startsWith('_'))
        return Kind::Unknown;
    for (const Name &name : names) {
        if (name.key == key)
            return name.kind;
    }
    return Kind::Unknown;
}

Control::Control(QByteArrayView payload, qint64 arrival)
    : m_fields(decodeMap(payload, {}))
    , m_arrival(arrival)
{
    for (const Name &name : names) {
        const auto field = m_fields.constFind(QString::fromUtf8(name.key));
        if (field == m_fields.constEnd())
            continue;
        m_kind = name.kind;
        m_value = *field;
        return;
    }
}

QByteArray Control::frame(const QVariantMap &fields)
{
    QByteArray frame;
    appendFrame(frame, fields, MessageLimits());
    return frame;
}

QByteArray Control::hello()
{
    static const QByteArray hello = frame({{QStringLiteral("_hello"), 1}});
    return hello;
}

QByteArray Control::refused(const QString &reason)
{
    return frame({{QStringLiteral("_refused"), reason.left(maximumReasonSize)}});
}

QByteArray Control::redirect(const QString &address)
{
    return frame({{QStringLiteral("_redirect"), address.left(maximumReasonSize)}});
}

QByteArray Control::pong(const QVariant &ping, qint64 time)
{
    return frame({{QStringLiteral("_pong"), ping}, {QStringLiteral("_time"), time}});
}

QByteArray Control::resume(const QString &token, qint64 received)
{
    return frame({{QStringLiteral("_resume"), token}, {QStringLiteral("_received"), received}});
}

QByteArray Control::resumed(qint64 received)
{
    return frame({{QStringLiteral("_resumed"), received}});
}

QByteArray Control::lost(const QString &reason)
{
    return frame({{QStringLiteral("_lost"), reason.left(maximumReasonSize)}});
}

QByteArray Control::ack(qint64 received)
{
    return frame({{QStringLiteral("_ack"), received}});
}

QByteArray Control::bye()
{
    return frame({{QStringLiteral("_bye"), 1}});
}

qint64 Control::count(const QVariant &value)
{
    return value.typeId() == QMetaType::LongLong ? std::max<qint64>(-1, value.toLongLong()) : -1;
}

} // namespace QRepod
