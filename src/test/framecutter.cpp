// SPDX-License-Identifier: MIT
#include "test/framecutter.h"

#include <QRepod/protocol.h>

#include <QtCore/qendian.h>

namespace QRepod {

namespace {

constexpr qsizetype headerSize = 4;

// Far above the size of a game's frames, and far below what a random header announces.
constexpr quint32 maximumFrameSize = 64 * 1024 * 1024;

} // namespace

void FrameCutter::add(QByteArrayView bytes)
{
    if (m_isBroken)
        return;
    if (m_begin > m_bytes.size() / 2) {
        m_bytes.remove(0, m_begin);
        m_begin = 0;
    }
    m_bytes.append(bytes);
}

QByteArray FrameCutter::next()
{
    const QByteArrayView rest = QByteArrayView(m_bytes).sliced(m_begin);
    if (m_isBroken || rest.size() < headerSize)
        return {};
    const auto payloadSize = qFromBigEndian<quint32>(rest.data());
    if (payloadSize > maximumFrameSize) {
        m_isBroken = true;
        m_bytes.clear();
        m_begin = 0;
        return {};
    }
    const qsizetype size = headerSize + qsizetype(payloadSize);
    if (rest.size() < size)
        return {};
    m_begin += size;
    return rest.first(size).toByteArray();
}

std::optional<QVariantMap> messageOf(const QByteArray &frame, QString *error)
{
    std::optional<QVariantMap> message = decode(QByteArrayView(frame).sliced(headerSize), error);
    if (message && !message->contains(QStringLiteral("action")))
        message->clear();
    return message;
}

} // namespace QRepod
