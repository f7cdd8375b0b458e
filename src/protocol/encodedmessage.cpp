// SPDX-License-Identifier: MIT
#include "protocol/encodedmessage.h"

namespace QRepod {

namespace {

// In bytes. Most messages are smaller, so more is not worth keeping.
constexpr qsizetype maximumSpare = 512;

thread_local bool isSpareGone = false; // unlike the spare, it exists until the thread has ended

//! Returns memory for this thread's next message; nullptr while the thread or program is ending.
///
/// Most messages are small, and gone as soon as they have been queued. Allocating each one would be
/// a tenth of the cost of sending it.
QByteArray *spareMemory()
{
    struct Spare
    {
        QByteArray bytes;
        ~Spare() { isSpareGone = true; }
    };
    thread_local Spare spare;
    return isSpareGone ? nullptr : &spare.bytes;
}

//! Returns whether nobody else holds the memory of \a bytes. Unlike QByteArray::isDetached(), it
//! acquires: reads by a thread that has let go happen before the next writes.
bool isSoleOwner(QByteArray &bytes)
{
    const QArrayData *const header = bytes.data_ptr().d_ptr();
    return header && header->ref_.loadAcquire() == 1;
}

//! Looks at the first key first, where `action` mostly is: that takes half as long.
QVariantMap::const_iterator findAction(const QVariantMap &message)
{
    const QString key = QStringLiteral("action");
    const auto first = message.constBegin();
    return first != message.constEnd() && first.key() == key ? first : message.constFind(key);
}

} // namespace

EncodedMessage::EncodedMessage(const QVariantMap &message, const MessageLimits &limits)
{
    const auto action = findAction(message);
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
    if (QByteArray *const spare = spareMemory())
        m_bytes.swap(*spare);
    appendFrame(m_bytes, message, limits, &m_error, &m_largeValues);
}

EncodedMessage::~EncodedMessage()
{
    if (!isSoleOwner(m_bytes) || m_bytes.capacity() > maximumSpare)
        return;
    if (QByteArray *const spare = spareMemory()) {
        m_bytes.resize(0);
        m_bytes.swap(*spare);
    }
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
