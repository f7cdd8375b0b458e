// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"
#include "transport/stream.h"
#include "websocket/browsersocket.h"
#include "websocket/streamend.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qtimer.h>

#include <memory>

namespace QRepod {

//! The byte stream of a browser's WebSocket: translates between messages and the frames with four
//! bytes of length that a Connection uses.
///
/// A browser cannot slow down a peer. Messages that nobody reads are kept here, however many.
class BrowserStream final : public Stream, private BrowserSocket::Owner
{
public:
    BrowserStream(std::unique_ptr<BrowserSocket> socket, const QUrl &url,
                  const MessageLimits &limits);
    ~BrowserStream() override;

    QString peer() const override;
    void open(Stream::Owner &owner, Poller &poller) override;
    void setReading(bool isReading) override;
    qint64 readableBytes() const override { return available(); }
    qint64 read(char *data, qint64 size) override;
    qint64 write(const char *data, qint64 size) override;
    void waitForWritable(int milliseconds) override;

    //! Always 0: the browser sends what it has taken, even after it has been told to close.
    qint64 unwrittenBytes() const override { return 0; }
    void closeWriting() override;
    bool sayGoodbye(Stream::Owner &owner, const QString &reason) override;
    void abort() override;

    //! The connection is the browser's business.
    void enableKeepAlive(int seconds) override { Q_UNUSED(seconds) }
    qint64 roundTripTime() const override { return -1; }
    qint64 unacknowledgedFor() const override { return 0; }

private:
    enum class State {
        Opening,
        Open,
        Closing, ///< this end has closed
        Closed,
    };

    using End = StreamEnd::Kind;

    // BrowserSocket::Owner
    void socketOpened() override;
    void socketReceived(QByteArrayView message, bool isText) override;
    void socketClosed(CloseCode code, const QString &reason) override;

    bool take(QByteArrayView message, bool isText);
    bool fail(const QString &fault);
    void send(QByteArrayView frames);
    void sendFrame(QByteArrayView frame);
    bool hasRoom() const;
    void tellOfRoom();
    void close(CloseCode code, const QString &reason);
    void tellEnd() { m_end.tell(m_owner); }
    void announce();
    void announceLater();
    qsizetype available() const { return m_readable.size() - m_read; }

    const std::unique_ptr<BrowserSocket> m_socket;
    const QUrl m_url;
    const MessageLimits m_limits;
    Stream::Owner *m_owner = nullptr;    // until it has been told of the end
    std::unique_ptr<QTimer> m_roomTimer; // from open() on; also the context of queued calls
    QByteArray m_readable;               // frames
    qsizetype m_read = 0;                // bytes of m_readable already read
    QByteArray m_begun;                  // the beginning of a frame that is not complete yet
    State m_state = State::Opening;
    StreamEnd m_end;
    bool m_isReading = true;
    bool m_isLast = false;      // the event loop will not announce room any more
    bool m_isLingering = false; // the owner is done, and the peer is being told
    bool m_isAnnounced = false; // announceLater() is pending
};

} // namespace QRepod
