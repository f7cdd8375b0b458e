// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QStringList>
#include <QtNetwork/QSslSocket>

//! A WebSocket frame by hand, in every way right or wrong.
struct RawFrame
{
    int opcode = 1;
    QByteArray payload = {};
    bool isFinal = true;
    int reserved = 0;                     ///< the three bits
    QByteArray mask = "\x01\x82\x7f\x33"; ///< empty: not masked
    int lengthForm = 0;                   ///< 7, 16 or 64 bits; 0: the shortest
    qint64 length = -1;                   ///< what is said to follow; -1: the truth

    QByteArray bytes() const;
};

//! One end of a WebSocket that does exactly what a test says: it knows frames, but no rules.
///
/// As a client it connects, by TLS if it is told so. What comes is written down as it comes, each
/// frame as a line: `text …`, `binary …` in hexadecimal, `ping …`, `pong …`, `close 1000 …`, and
/// `end` for the end of the stream.
class RawWebSocket
{
public:
    RawWebSocket();

    //! Connects, and shakes hands. \a fields are further lines of the request.
    bool open(quint16 port, bool isEncrypted = false, const QByteArray &fields = {});

    //! Connects, by TLS if \a isEncrypted, and nothing more.
    bool connectTo(quint16 port, bool isEncrypted = false);

    //! Writes \a bytes as they are; in slices of \a slice bytes, if that is given.
    void write(const QByteArray &bytes, qsizetype slice = 0);
    void write(const RawFrame &frame) { write(frame.bytes()); }

    //! A text, masked as a client has to.
    void sendText(const QByteArray &text) { write(RawFrame{.payload = text}); }

    //! Waits until the answer's head has come, and returns it.
    QByteArray head();

    //! Waits until there are \a count lines, or an end.
    bool receives(qsizetype count);

    //! Waits until the other end has closed the connection.
    bool ends();

    const QStringList &log();

    static QByteArray request(const QByteArray &fields = {}, const QByteArray &target = "/");

    QSslSocket socket;
    QByteArray received; ///< what has come behind the head

private:
    void read();
    void parse();

    QByteArray m_head;
    QStringList m_log;
};
