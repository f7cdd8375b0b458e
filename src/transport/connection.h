// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/framereader.h"
#include "transport/idletimer.h"
#include "transport/link.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <deque>

QT_BEGIN_NAMESPACE
class QAbstractSocket;
class QSocketNotifier;
QT_END_NAMESPACE

namespace QRepod {

//! How long a graceful close may take, in milliseconds.
struct CloseBounds
{
    int flush;  ///< to write what was sent, and for the peer to close in turn
    int linger; ///< of this, at most, to wait for the peer once everything is written
};

//! One TCP connection: frames in to an Inbox, frames out of an Outbox. For clients and servers
//! alike.
///
/// Lives and works in one thread, and is reached from others through its Link only: it closes when
/// that is closed. It deletes itself when the socket has been closed.
class Connection : public QObject
{
    Q_OBJECT

public:
    Connection(const Link &link, const ConnectionSettings &settings, QObject *parent);
    ~Connection() override;

    //! Connects as a client, after \a delay milliseconds.
    void connectToHost(const QString &host, quint16 port, int delay = 0);

    //! Takes over the socket of an accepted client. The inbox gets Connected at once, or with TLS
    //! when the handshake is done.
    ///
    /// \return the peer, `"host:port"`; nothing if it has gone already, then the connection deletes
    ///         itself without a word.
    QString adopt(qintptr descriptor);

    //! Closes gracefully: what was sent is written, then the peer is told, then the socket closes
    //! when the peer has closed too, all within \a bounds. The inbox gets nothing more.
    ///
    /// The socket is read, and what comes is dropped, until then: to close a socket with unread
    /// data resets the connection, and the peer could lose what was written last.
    void close(CloseBounds bounds);

    //! Whether the socket has been closed, so that only the deletion is left.
    bool hasFinished() const { return m_state == State::Closed; }

protected:
    bool event(QEvent *event) override;

private:
    enum class State { Connecting, Open, Closing, Closed };

    void begin(const QString &host, quint16 port);
    void setSocket(QAbstractSocket *socket);
    void boundConnecting();
    void opened();
    std::unique_ptr<DirectWriter> directWriter() const;
    void beat();
    void missPeer();
    void count(qint64 received);
    void measureRoundTrip();
    void missMachine();
    void failHandshake(bool hasPeerClosed);
    void work();
    void receive();
    void receiveChunk();
    int takeError();
    void discard();
    void send();
    bool writeUnsent();
    qint64 write(const char *data, qint64 size);
    void peerHasGone();
    bool isSocketBusy() const;
    bool isNative() const;
    void endOfStream();
    void closeWriting();
    void end(const QString &error);
    void finish();

    const Link m_link;
    const ConnectionSettings m_settings;
    FrameReader m_reader;
    QAbstractSocket *m_socket = nullptr; // child
    QString m_peer;
    std::deque<QByteArray> m_unsent;       // taken from the outbox and not yet given to the socket
    qsizetype m_sentOfFirst = 0;           // bytes of m_unsent.front() that the socket has
    QSocketNotifier *m_writable = nullptr; // child; from the first time that the system was full
    QTimer m_timer;                        // bounds connecting and closing; not running in between
    int m_linger = 0;                      // once closing
    int m_writeError = 0;                  // the system's number for why nothing can be written
    QElapsedTimer m_sinceMeasured;         // the round trip
    IdleTimer m_sendIdle;                  // tells when to look whether a heartbeat is due
    IdleTimer m_receiveIdle;               // tells when the peer has gone silent
    State m_state = State::Connecting;
    bool m_isServer = false;
    bool m_isReading = true; // false while the inbox is full
    bool m_isWritingClosed = false;
    bool m_hasStreamEnded = false; // with TLS, what the socket holds is read after the end
};

} // namespace QRepod
