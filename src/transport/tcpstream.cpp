// SPDX-License-Identifier: MIT
#include "transport/tcpstream.h"

#include "transport/nativesocket.h"

namespace QRepod {

TcpStream::~TcpStream()
{
    unwatch();
}

qint64 TcpStream::write(const char *data, qint64 size)
{
    if (!mayWrite())
        return -1;
    const qint64 taken = NativeSocket::send(descriptor(), data, size, &m_writeError);
    if (taken >= 0 && taken < size) {
        m_watched = int(descriptor());
        if (!poller()->watch(m_watched, this, {.writing = true}))
            fail(qt_error_string());
    }
    return taken;
}

void TcpStream::waitForWritable(int milliseconds)
{
    NativeSocket::waitForWritable(descriptor(), milliseconds);
}

void TcpStream::handleWritable()
{
    unwatch();
    if (owner())
        owner()->streamWritable();
}

void TcpStream::unwatch()
{
    if (m_watched != -1)
        poller()->watch(m_watched, this, {});
    m_watched = -1;
}

void TcpStream::abort()
{
    unwatch();
    QtStream::abort();
}

std::unique_ptr<DirectWriter> TcpStream::directWriter()
{
    return DirectWriter::forAnyThread(descriptor());
}

} // namespace QRepod
