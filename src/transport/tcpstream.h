// SPDX-License-Identifier: MIT
#pragma once

#include "transport/poller.h"
#include "transport/qtstream.h"

namespace QRepod {

//! A client's plain connection: a QTcpSocket, past which data is written to the system directly.
///
/// If Qt's own write finds the peer gone, it closes the socket, and the messages that had arrived
/// but were not read yet are lost with it. Writing by descriptor also lets other threads write.
class TcpStream final : public QtStream, private Poller::Watcher
{
public:
    using QtStream::QtStream;
    ~TcpStream() override;

    qint64 write(const char *data, qint64 size) override;
    void waitForWritable(int milliseconds) override;
    qint64 unwrittenBytes() const override { return 0; }
    void abort() override;
    std::unique_ptr<DirectWriter> directWriter() override;

private:
    void handleReadable() override { }
    void handleWritable() override;
    void unwatch();

    int m_watched = -1; // the descriptor, while the system's buffer is full
};

} // namespace QRepod
