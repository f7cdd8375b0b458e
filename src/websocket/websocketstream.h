// SPDX-License-Identifier: MIT
#pragma once

#include "transport/httprequest.h"
#include "transport/stream.h"
#include "websocket/handshake.h"
#include "websocket/messagereader.h"
#include "websocket/sendinghalf.h"
#include "websocket/streamend.h"

#include <QtCore/qpointer.h>

#include <memory>

namespace QRepod {

//! A WebSocket over another stream, at either end. It opens once the handshake is done.
///
/// It translates messages in both directions. Its owner reads and writes what a Connection uses:
/// frames with four bytes of length.
class WebSocketStream final : public Stream, private Stream::Owner
{
public:
    //! \a request, which \a handshake fills in, may be null. So may \a texts, if the peer can never
    //! ask for JSON.
    WebSocketStream(std::unique_ptr<Stream> below, std::unique_ptr<Handshake> handshake,
                    const MessageLimits &limits, std::shared_ptr<JsonTexts> texts = {},
                    std::shared_ptr<const HttpRequest> request = {});
    ~WebSocketStream() override;

    QString peer() const override;
    void open(Stream::Owner &owner, Poller &poller) override;
    void setReading(bool isReading) override;
    qint64 readableBytes() const override;
    qint64 heldBytes() const override { return m_reader.heldBytes(); }
    qint64 read(char *data, qint64 size) override;
    qint64 write(const char *data, qint64 size) override;
    void waitForWritable(int milliseconds) override;
    qint64 unwrittenBytes() const override;
    void closeWriting() override;
    bool sayGoodbye(Stream::Owner &owner, const QString &reason) override;
    void abort() override;
    std::unique_ptr<DirectWriter> directWriter() override;
#if QT_CONFIG(ssl)
    std::optional<QSslCertificate> peerCertificate() const override
    {
        return m_below->peerCertificate();
    }
#endif
    void enableKeepAlive(int seconds) override
    {
        m_below->enableKeepAlive(seconds);
    }
    qint64 roundTripTime() const override
    {
        return m_below->roundTripTime();
    }
    qint64 unacknowledgedFor() const override
    {
        return m_below->unacknowledgedFor();
    }

private:
    using End = StreamEnd::Kind;

    // Stream::Owner, for the stream below
    void streamOpened() override;
    void streamReadable() override;
    void streamWritable() override;
    void streamEnded() override
    {
        endBelow(End::Closed, {});
    }
    void streamFailed(const QString &reason) override
    {
        endBelow(End::Failed, reason);
    }
    void streamFaulted(const QString &reason) override
    {
        endBelow(End::Faulted, reason);
    }

    void shakeHands();
    void begin();
    void pull();
    void decode(QByteArrayView bytes);
    void followClose();
    void answerPings();
    void flush();
    void sendClose(CloseCode code, const QString &reason = {});
    void endBelow(End end, const QString &reason);
    void setEnd(End end, const QString &reason);
    void tellEnd()
    {
        m_end.tell(m_owner);
    }
    void announce();
    void announceLater();
    qsizetype available() const
    {
        return m_readable.size() - m_read;
    }

    const std::unique_ptr<Stream> m_below;
    std::unique_ptr<Handshake> m_handshake; // until it is done
    const std::shared_ptr<const HttpRequest> m_request;
    Stream::Owner *m_owner = nullptr; // until it has been told of the end
    Poller *m_poller = nullptr;
    QPointer<QObject> m_announcer; // child of the poller, since the first announceLater()
    MessageReader m_reader;
    const std::shared_ptr<SendingHalf> m_sending; // shared with the direct writer
    QByteArray m_input;                           // bytes of the handshake
    QByteArray m_readable;                        // frames
    qsizetype m_read = 0;                         // bytes of m_readable already read
    CloseCode m_faultCode = CloseCode::PolicyViolation;
    StreamEnd m_end;
    bool m_isReading = true;
    bool m_isKindKnown = false; // whether the peer speaks JSON
    bool m_isCloseSent = false;
    bool m_isBelowOpen = false;
    bool m_isLingering = false; // the owner is done, and the peer is being told
    bool m_isAnnounced = false; // announceLater() is pending
};

} // namespace QRepod
