// SPDX-License-Identifier: MIT
#include "transport/nativestream.h"

#include "transport/nativesocket.h"

#include <QtCore/qstring.h>

#include <algorithm>
#include <utility>

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
    if (watch({.reading = true}))
        owner.streamOpened();
}

//! \return whether the system watches. If not, the owner has been told of the end.
bool NativeStream::watch(Poller::Interest interest)
{
    if (!m_owner || interest == m_interest)
        return true;
    m_interest = interest;
    if (m_poller->watch(int(m_descriptor), this, interest))
        return true;
    const QString reason = qt_error_string();
    takeOwner()->streamFailed(reason);
    return false;
}

void NativeStream::unwatch()
{
    if (m_interest != Poller::Interest())
        m_poller->watch(int(m_descriptor), this, {});
    m_interest = {};
}

//! Returns the owner for its last call. What the poller sees after that is ignored.
NativeStream::Owner *NativeStream::takeOwner()
{
    unwatch();
    return std::exchange(m_owner, nullptr);
}

void NativeStream::setReading(bool isReading)
{
    if (m_hasEnded)
        return;
    watch({isReading, m_interest.writing});
}

void NativeStream::handleWritable()
{
    if (watch({m_interest.reading, false}))
        m_owner->streamWritable();
}

qint64 NativeStream::readableBytes() const
{
    return NativeSocket::readableBytes(m_descriptor);
}

qint64 NativeStream::read(char *data, qint64 size)
{
    if (!m_owner || m_hasEnded)
        return 0;
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
    if (error != 0 && !NativeSocket::isLateWrite(error)) {
        takeOwner()->streamFailed(qt_error_string(error));
    } else if (error != 0) {
        takeOwner()->streamEnded();
    } else { // the end of the peer's direction only; it may still read
        m_hasEnded = true;
        if (watch({false, m_interest.writing}))
            m_owner->streamEnded();
    }
}

qint64 NativeStream::write(const char *data, qint64 size)
{
    if (!m_owner)
        return -1;
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
    takeOwner();
    if (m_descriptor != -1)
        NativeSocket::close(std::exchange(m_descriptor, -1));
}

//! A server's channels send in their own thread, and may be too many for two descriptors each.
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
