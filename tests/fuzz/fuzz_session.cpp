// SPDX-License-Identifier: MIT

//! A server that keeps sessions, and clients whose every frame the script decides: sends, losses
//! inside a frame, resumes with right and wrong tokens and numbers, tokens used twice, takeovers,
//! impossible acknowledgements, goodbyes. Each end gets what the other has accepted, once and in
//! order, over all connections. A session is resumed exactly when it must be. The events of a
//! channel are in order.
///
/// Everything runs in one thread. Input: a byte of settings, then operations of two bytes: the
/// operation with its client, and an argument.

#include "rawpeer.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/qpointer.h>

#include <memory>
#include <vector>

using QRepod::Channel;
using QRepod::Server;

namespace {

class Client;

//! The server's end: what it receives, and when.
class SessionChannel : public Channel
{
public:
    SessionChannel()
    {
        connect(this, &Channel::interrupted, this, [this] {
            expect(!std::exchange(m_isAway, true), "interrupted when it was not");
            expect(!m_hasEnded, "nothing after disconnected");
        });
        connect(this, &Channel::resumed, this, [this] {
            expect(std::exchange(m_isAway, false), "resumed when it was interrupted");
            expect(!m_hasEnded, "nothing after disconnected");
        });
        connect(this, &Channel::disconnected, this,
                [this] { expect(!std::exchange(m_hasEnded, true), "disconnected once"); });
    }

    void network_received(const QVariantMap &message) override
    {
        if (message.value(QStringLiteral("action")) != QStringLiteral("n"))
            return; // built in
        expect(!m_hasEnded, "no message after disconnected");
        expect(!m_isAway, "no message of a client that is away");
        const int session = message.value(QStringLiteral("session")).toInt();
        expect(heard == 0 || session == key, "a session's messages alone");
        key = session;
        expect(message.value(QStringLiteral("n")) == heard + 1, "in order, once each");
        ++heard;
    }

    void say()
    {
        const QVariantMap message{{QStringLiteral("action"), QStringLiteral("n")},
                                  {QStringLiteral("n"), said + 1}};
        said += send(message) > 0;
    }

    int key = -1; ///< the session, once a message has named it
    int heard = 0;
    int said = 0;

private:
    bool m_isAway = false;
    bool m_hasEnded = false;
};

//! A client that keeps to the rules unless the script makes it break them.
class Client
{
public:
    enum class Standing {
        Nobody,
        Greeting, ///< has said hello
        Member,
        Away,
        Asking, ///< has asked to resume
        Gone,   ///< closed by itself or the server
    };

    Client(int key, quint16 port)
        : key(key)
        , m_port(port)
    {
    }

    bool isOver() const { return standing == Standing::Gone; }

    void begin()
    {
        m_peer.open(m_port);
        m_peer.write(QRepod::encode({{QStringLiteral("_hello"), 1}}));
        say(); // otherwise the server might take it for a plain peer after a time
        standing = Standing::Greeting;
    }

    //! Begins with a token that is unknown.
    void beginWith(const QString &token)
    {
        m_peer.open(m_port);
        ask(token, 0);
        mayResume = false;
    }

    void say()
    {
        ++said;
        if (standing <= Standing::Member)
            m_peer.write(frame(said));
    }

    //! Sends only the beginning of a message.
    void sayPart(qsizetype size)
    {
        ++said;
        const QByteArray bytes = frame(said);
        if (standing <= Standing::Member)
            m_peer.write(QByteArrayView(bytes).first(std::min(size, bytes.size())));
        lose(size % 2 == 0);
    }

    void lose(bool isAbrupt)
    {
        m_peer.close(isAbrupt);
        switch (standing) {
        case Standing::Greeting: // without a token it cannot come back
            standing = Standing::Gone;
            isUnknown = true;
            break;
        case Standing::Member:
        case Standing::Asking:
            standing = mayResume ? Standing::Away : Standing::Gone;
            break;
        default:
            break;
        }
    }

    //! Resumes in another connection, whether or not the last one is lost.
    void resume()
    {
        if (standing != Standing::Away && standing != Standing::Member)
            return;
        m_peer.close();
        m_peer.open(m_port);
        ask(token, received);
    }

    void askWrongly(qint64 number)
    {
        if (standing != Standing::Away)
            return;
        RawPeer liar;
        liar.open(m_port);
        liar.write(QRepod::encode(
            {{QStringLiteral("_resume"), token}, {QStringLiteral("_received"), number}}));
        bool isRefused = false;
        turnUntil(
            [&] {
                liar.read([&](const RawFrame &told) {
                    expect(!told.map.contains(QStringLiteral("_resumed")),
                           "a number that cannot be does not resume");
                    isRefused |= told.map.contains(QStringLiteral("_lost"));
                });
                return isRefused || liar.hasEnded();
            },
            "an answer to a number that cannot be");
    }

    void acknowledge()
    {
        if (standing == Standing::Member)
            m_peer.write(QRepod::encode({{QStringLiteral("_ack"), received}}));
    }

    void talkNonsense(quint8 kind) const
    {
        static constexpr std::array<const char *, 6> keys = {"_ack",     "_resumed", "_resume",
                                                             "_unknown", "_lost",    "_pong"};
        const QString name = QString::fromLatin1(keys[kind % keys.size()]);
        if (standing == Standing::Member)
            m_peer.write(QRepod::encode({{name, (kind / 6) * 1'000'000}}));
    }

    void bye()
    {
        if (standing != Standing::Member)
            return;
        m_peer.write(QRepod::encode({{QStringLiteral("_bye"), 1}}));
        m_peer.close();
        standing = Standing::Gone;
    }

    void read()
    {
        m_peer.read([this](const RawFrame &told) { take(told); });
        if (m_peer.isOpen() && m_peer.hasEnded()) {
            expect(mayEnd, "the server closes only what it was told to");
            m_peer.close();
            standing = Standing::Gone;
        }
    }

    const int key;
    Standing standing = Standing::Nobody;
    QString token;
    QStringList voidTokens;
    int said = 0;
    int received = 0;
    bool mayResume = true; ///< it has a token that the server must know
    bool mayEnd = false;   ///< the server was told to close it, or is full
    bool isUnknown = false;

private:
    QByteArray frame(int n) const
    {
        return QRepod::encode({{QStringLiteral("action"), QStringLiteral("n")},
                               {QStringLiteral("session"), key},
                               {QStringLiteral("n"), n}});
    }

    void ask(const QString &with, qint64 number)
    {
        m_usedToken = with;
        m_peer.write(QRepod::encode(
            {{QStringLiteral("_resume"), with}, {QStringLiteral("_received"), number}}));
        standing = Standing::Asking;
        m_nextToken.clear();
    }

    void take(const RawFrame &told)
    {
        const QVariantMap &map = told.map;
        if (standing == Standing::Gone)
            return;
        if (map.contains(QStringLiteral("_resumed")))
            return resumed(map.value(QStringLiteral("_resumed")).toLongLong());
        if (map.contains(QStringLiteral("_lost")))
            return lost();
        if (map.contains(QStringLiteral("_bye"))) {
            expect(mayEnd, "the server says goodbye when it is told to");
            standing = Standing::Gone;
            return;
        }
        if (!told.isMessage())
            return;
        if (m_nextToken.isEmpty() && map.contains(QStringLiteral("_session"))) {
            m_nextToken = map.value(QStringLiteral("_session")).toString();
            expect(m_nextToken.size() == 22 && m_nextToken != token, "another token each time");
            if (standing == Standing::Greeting) {
                token = m_nextToken;
                standing = Standing::Member;
            }
            return;
        }
        if (map.value(QStringLiteral("action")) == QStringLiteral("error")) {
            expect(mayEnd, "an error when the server is full or has closed");
            return;
        }
        expect(standing == Standing::Member, "no message before the session is resumed");
        expect(map.value(QStringLiteral("n")) == received + 1, "in order, once each");
        ++received;
    }

    void resumed(qint64 number)
    {
        expect(standing == Standing::Asking && mayResume, "an answer to a question");
        expect(!m_nextToken.isEmpty(), "the greeting comes before");
        expect(number <= said, "the server has not got more than was sent");
        expect(number >= m_forgotten, "nor less than before");
        m_forgotten = number;
        if (!m_confirmedToken.isEmpty() && m_confirmedToken != m_usedToken)
            voidTokens << m_confirmedToken;
        m_confirmedToken = m_usedToken;
        token = m_nextToken;
        standing = Standing::Member;
        for (qint64 n = number + 1; n <= said; ++n)
            m_peer.write(frame(int(n)));
        acknowledge();
    }

    void lost()
    {
        expect(standing == Standing::Asking, "lost is an answer");
        expect(!mayResume || mayEnd, "a session that must be known is known");
        m_peer.close();
        standing = Standing::Gone;
    }

    const quint16 m_port;
    RawPeer m_peer;
    QString m_nextToken;
    QString m_usedToken;
    QString m_confirmedToken; // the last token with which the server has let it in
    qint64 m_forgotten = 0;
};

class Run
{
public:
    explicit Run(quint8 settings)
    {
        m_server.setSessionTimeout(3'600'000); // so that no clock decides what a script does
        m_server.setHeartbeatInterval(0);
        m_server.setIdleTimeout(0);
        m_server.setCloseTimeout(1'000);
        m_isFull = settings & 1;
        if (m_isFull)
            m_server.setMaximumConnections(2);
        m_isTight = settings & 2;
        if (m_isTight)
            m_server.setMaximumSendBacklog(400);
        m_server.setChannelFactory([this] {
            auto *made = new SessionChannel;
            m_channels.emplace_back(made);
            return made;
        });
        expect(m_server.listen(QStringLiteral("127.0.0.1"), 0), "the server listens");
    }

    void step(quint8 operation, quint8 argument)
    {
        Client *const client = at(operation >> 4);
        switch (operation & 0x0f) {
        case 0:
            return begin();
        case 1:
        case 2:
            for (int i = 0; client && !client->isOver() && i <= argument % 4; ++i)
                client->say();
            return;
        case 3:
        case 4:
            if (SessionChannel *const channel = channelOf(client)) {
                for (int i = 0; i <= argument % 8; ++i)
                    channel->say();
            }
            return;
        case 5:
        case 6:
            for (int i = 0; i <= argument % 4; ++i)
                turn();
            return;
        case 7:
            if (client)
                client->read();
            return;
        case 8:
            if (client)
                client->lose(argument & 1);
            return;
        case 9:
            if (client && !client->isOver())
                client->sayPart(argument % 48);
            return;
        case 10:
            if (client)
                client->resume();
            return;
        case 11:
            return lie(client, argument);
        case 12:
            if (client)
                client->acknowledge();
            return;
        case 13:
            if (client)
                client->talkNonsense(argument);
            return;
        case 14:
            if (client && argument >= 0xc0)
                client->bye();
            return;
        default:
            if (SessionChannel *const channel = channelOf(client); channel && argument >= 0xc0) {
                client->mayEnd = true;
                channel->close();
            }
        }
    }

    //! Makes all clients come back that can. After that, nothing may be missing.
    void settle()
    {
        for (const auto &client : m_clients) {
            if (client->standing == Client::Standing::Away)
                client->resume();
        }
        if (m_isFull || m_isTight) { // the server decides who must go
            turn();
            for (const auto &client : m_clients)
                client->read();
            return;
        }
        for (const auto &client : m_clients)
            turnUntil([&] { return isComplete(*client); }, "everything arrives, once it can");
    }

private:
    void begin()
    {
        if (m_clients.size() >= 4)
            return;
        add().begin();
    }

    Client &add()
    {
        m_clients.push_back(std::make_unique<Client>(int(m_clients.size()), m_server.port()));
        m_clients.back()->mayEnd = m_isFull || m_isTight;
        return *m_clients.back();
    }

    Client *at(int index) const
    {
        return m_clients.empty() ? nullptr : m_clients[size_t(index) % m_clients.size()].get();
    }

    SessionChannel *channelOf(const Client *client) const
    {
        for (const auto &channel : m_channels) {
            if (client && channel && channel->key == client->key)
                return channel;
        }
        return nullptr;
    }

    //! Presents a token that is unknown or was used before, or an impossible number.
    void lie(Client *client, quint8 argument)
    {
        if (argument % 3 == 0 && client) {
            const SessionChannel *const channel = channelOf(client);
            const qint64 said = channel ? channel->said : 0;
            return client->askWrongly(argument % 2 == 0 ? -1 : said + 1 + argument);
        }
        if (m_clients.size() >= 6)
            return;
        QString token = QStringLiteral("0123456789012345678901").left(argument % 23);
        if (client && argument % 3 == 1 && !client->voidTokens.isEmpty())
            token = client->voidTokens.at(argument % client->voidTokens.size());
        add().beginWith(token);
    }

    bool isComplete(Client &client) const
    {
        turn();
        client.read();
        const SessionChannel *const channel = channelOf(&client);
        if (client.standing != Client::Standing::Member)
            return client.isOver();
        return channel && channel->heard == client.said && channel->said == client.received;
    }

    // Declared before the server, which deletes the channels: their slots use nothing else.
    std::vector<QPointer<SessionChannel>> m_channels;
    Server m_server;
    std::vector<std::unique_ptr<Client>> m_clients;
    bool m_isFull = false;
    bool m_isTight = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    prepareApplication();
    Input input(data, size);
    {
        Run run(input.byte());
        while (!input.isEmpty()) {
            const quint8 operation = input.byte();
            run.step(operation, input.byte());
        }
        run.settle();
    }
    turn();
    return 0;
}
