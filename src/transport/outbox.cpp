// SPDX-License-Identifier: MIT
#include "transport/outbox.h"

#include "protocol/encoder.h"
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>

#include <utility>

namespace QRepod {

namespace {

// Below this, frames are put together in one part, hence one write; above, they are passed on as
// they are, without a copy.
constexpr qsizetype partSize = 64 * 1024;

} // namespace

Outbox::Result Outbox::send(const QVariantMap &message)
{
    if (!isOpen())
        return {Status::Closed};

    thread_local QByteArray scratch; // keeps its memory, so that a small message allocates nothing
    QByteArray frame = std::exchange(scratch, {});
    frame.resize(0);
    QString error;
    if (!appendFrame(frame, message, m_messageLimits, &error))
        return {Status::Unencodable, 0, error};

    const bool isLarge = frame.size() >= partSize;
    Result result = add(frame, isLarge ? &frame : nullptr);
    if (!isLarge)
        scratch = std::move(frame);
    return result;
}

Outbox::Result Outbox::send(const QByteArray &frame)
{
    return add(frame, &frame);
}

Outbox::Result Outbox::add(QByteArrayView bytes, const QByteArray *owner)
{
    const std::lock_guard lock(m_mutex);
    if (!m_writer)
        return {Status::Closed};
    if (m_counts.bytesWaiting + bytes.size() > m_limit) {
        return {Status::Full, 0,
                QStringLiteral("%1 bytes waiting to be sent are over the limit of %2")
                    .arg(m_counts.bytesWaiting + bytes.size())
                    .arg(m_limit)};
    }
    m_counts.bytesWaiting += bytes.size();
    ++m_counts.messages;

    const bool wasEmpty = m_parts.empty();
    if (!wasEmpty && m_parts.back().size() + bytes.size() < partSize)
        m_parts.back().append(bytes);
    else
        m_parts.push_back(owner ? *owner : bytes.toByteArray());
    if (wasEmpty)
        QCoreApplication::postEvent(m_writer, new WakeEvent);
    return {Status::Accepted, bytes.size()};
}

void Outbox::open(QObject *connection)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return;
    m_writer = connection;
    m_isOpen = true;
}

void Outbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    m_writer = nullptr;
    m_isOpen = false;
}

Outbox::Counts Outbox::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

std::vector<QByteArray> Outbox::takeAll()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_parts, {});
}

void Outbox::written(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_counts.bytesWaiting -= bytes;
    m_counts.bytesWritten += bytes;
}

void Outbox::addWaiting(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_counts.bytesWaiting += bytes;
}

} // namespace QRepod
