// SPDX-License-Identifier: MIT
#include "protocol/encodedmessage.h"

namespace QRepod {

EncodedMessage::EncodedMessage(const QVariantMap &message, const MessageLimits &limits)
{
    const auto action = message.constFind(QStringLiteral("action"));
    const bool exists = action != message.constEnd() && action->isValid();
    const bool isText = exists && action->metaType() == QMetaType::fromType<QString>();
    if (isText)
        m_action = action->toString();
    if (m_action.isEmpty()) {
        m_error = QStringLiteral("message has no action");
        if (exists && !isText)
            m_error += QStringLiteral(": %1 is not text").arg(QLatin1String(action->typeName()));
        return;
    }
    appendFrame(m_bytes, message, limits, &m_error, &m_largeValues);
}

qint64 EncodedMessage::size() const
{
    qint64 size = m_bytes.size();
    for (const LargeValue &value : m_largeValues)
        size += value.bytes.size();
    return size;
}

QByteArray EncodedMessage::frame() const
{
    if (m_largeValues.isEmpty())
        return m_bytes;
    QByteArray frame;
    frame.reserve(qsizetype(size()));
    qsizetype begin = 0;
    for (const LargeValue &value : m_largeValues) {
        frame += QByteArrayView(m_bytes).sliced(begin, value.position - begin);
        frame += value.bytes;
        begin = value.position;
    }
    return frame += QByteArrayView(m_bytes).sliced(begin);
}

} // namespace QRepod
