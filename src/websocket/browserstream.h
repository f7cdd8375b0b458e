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

//! The bytes of a WebSocket that the browser has: frames with four bytes of length, as a Connection
//! knows them, from and to messages.
///
/// A browser slows no peer down: what comes while nobody reads is kept here, however much it is.
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

    //! What the browser has taken it sends, also after it has been told to close.
    qint64 unwrittenBytes() const override { return 0; }
    void closeWriting() override;
    bool sayGoodbye(Stream::Owner &owner, const QString &reason) override;
    void abort() override;

    //! The browser's line is its own affair.
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
    std::unique_ptr<QTimer> m_roomTimer; // from open() on; also the context of what is told later
    QByteArray m_readable;               // frames
    qsizetype m_read = 0;                // of these, in bytes
    QByteArray m_begun;                  // of a frame to send, whose end has not been written
    State m_state = State::Opening;
    StreamEnd m_end;
    bool m_isReading = true;
    bool m_isLast = false;      // the event loop will not tell of room any more
    bool m_isLingering = false; // the owner is done, and the peer is told so
    bool m_isAnnounced = false; // by announceLater()
};

} // namespace QRepod
