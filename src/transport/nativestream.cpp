// SPDX-License-Identifier: MIT
#include "transport/nativestream.h"

#include "transport/nativesocket.h"

#include <QtCore/qstring.h>

namespace QRepod {

NativeStream::NativeStream(qintptr descriptor, const QString &peer)
    : m_peer(peer)
    , m_descriptor(descriptor)
{
}

NativeStream::~NativeStream()
{
    abort();
}

void NativeStream::open(Owner &owner, Poller &poller)
{
    m_owner = &owner;
    m_poller = &poller;
    NativeSocket::prepare(m_descriptor);
    if (!m_poller->watch(int(m_descriptor), this, {.reading = true}))
        return owner.streamFailed(qt_error_string());
    m_interest = {.reading = true};
    owner.streamOpened();
}

void NativeStream::watch(Poller::Interest interest)
{
    if (interest.reading == m_interest.reading && interest.writing == m_interest.writing)
        return;
    m_interest = interest;
    if (m_descriptor != -1 && !m_poller->watch(int(m_descriptor), this, interest))
        m_owner->streamFailed(qt_error_string());
}

void NativeStream::setReading(bool isReading)
{
    watch({isReading, m_interest.writing});
}

void NativeStream::handleWritable()
{
    watch({m_interest.reading, false});
    m_owner->streamWritable();
}

qint64 NativeStream::readableBytes() const
{
    return NativeSocket::readableBytes(m_descriptor);
}

qint64 NativeStream::read(char *data, qint64 size)
{
    int error = 0;
    const qint64 received = NativeSocket::receive(m_descriptor, data, size, &error);
    if (received == 0)
        end(m_writeError);
    else if (received < 0 && error != 0)
        end(error);
    return std::max<qint64>(received, 0);
}

void NativeStream::end(int error)
{
    watch({});
    if (error == 0 || NativeSocket::isLateWrite(error))
        m_owner->streamEnded();
    else
        m_owner->streamFailed(qt_error_string(error));
}

qint64 NativeStream::write(const char *data, qint64 size)
{
    const qint64 taken = NativeSocket::send(m_descriptor, data, size, &m_writeError);
    if (taken >= 0 && taken < size)
        watch({m_interest.reading, true});
    return taken;
}

void NativeStream::waitForWritable(int milliseconds)
{
    NativeSocket::waitForWritable(m_descriptor, milliseconds);
}

void NativeStream::closeWriting()
{
    NativeSocket::shutdownWriting(m_descriptor);
}

void NativeStream::abort()
{
    if (m_descriptor == -1)
        return;
    watch({});
    NativeSocket::close(m_descriptor);
    m_descriptor = -1;
}

//! A server's channels send in their own thread, and may be too many to have two descriptors each.
std::unique_ptr<DirectWriter> NativeStream::directWriter()
{
    return DirectWriter::forThreadOf(m_poller, m_descriptor);
}

void NativeStream::enableKeepAlive(int seconds)
{
    NativeSocket::enableKeepAlive(m_descriptor, seconds);
}

qint64 NativeStream::roundTripTime() const
{
    return NativeSocket::roundTripTime(m_descriptor);
}

qint64 NativeStream::unacknowledgedFor() const
{
    return NativeSocket::unacknowledgedFor(m_descriptor);
}

} // namespace QRepod
