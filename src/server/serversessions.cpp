// SPDX-License-Identifier: MIT
// How a server keeps the places of lost clients: new connections, and those that come back.

#include "protocol/builtin.h"
#include "server/arrival.h"
#include "server/channelprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

namespace {

// Connections past maximumConnections that may still turn out to resume a session.
constexpr int maximumExtra = 64;

} // namespace

QString Server::Private::fullText(const ServerSettings &channelSettings)
{
    return QStringLiteral("the server is full: %1 clients").arg(channelSettings.maximumConnections);
}

QString Server::Private::rejectionText()
{
    return QStringLiteral("the server rejects this client");
}

void Server::Private::arrive(std::unique_ptr<Stream> stream, const ServerSettings &channelSettings,
                             std::shared_ptr<const HttpRequest> request)
{
    const auto present = size_t(m_owned.size()) + m_arrivals.size();
    const int maximum = channelSettings.maximumConnections;
    if (maximum > 0 && present >= size_t(maximum) + maximumExtra)
        return refuse(std::move(stream), channelSettings, fullText(channelSettings));
    auto arrival =
        std::make_unique<Arrival>(*this, channelSettings, stream->peer(), std::move(request));
    const Link link = arrival->link();
    m_arrivals.emplace(arrival.get(), std::move(arrival));
    m_connections->open(link, channelSettings, std::move(stream));
}

void Server::Private::welcome(Arrival &arrival, FirstFrame frame)
{
    const auto owned = m_arrivals.extract(&arrival); // it survives here whatever the factory does
    if (isFull(arrival.settings()) && !evictLongestAway())
        return refuse(arrival, fullText(arrival.settings()));
    Channel *const channel = createChannel();
    if (!channel)
        return refuse(arrival, rejectionText());
    Channel::Private *const client = Channel::Private::get(channel);
    client->attach(this, arrival, frame, handlersOf(channel));
    m_owned.insert(channel);
    m_memoryWatch.start();
    client->deliver();
}

//! Frees the place of the client that has been away longest.
///
/// \return false if no client is away.
bool Server::Private::evictLongestAway()
{
    Channel::Private *longest = nullptr;
    for (Channel *const channel : std::as_const(m_owned)) {
        Channel::Private *const client = Channel::Private::get(channel);
        if (client->awayNumber() && (!longest || *client->awayNumber() < *longest->awayNumber()))
            longest = client;
    }
    if (longest)
        longest->expire();
    return longest;
}

Channel *Server::Private::sessionOf(const Control &control, QString *reason) const
{
    Channel *const channel = sessions.find(control.value().toString());
    if (!channel)
        *reason = QStringLiteral("the server does not know the session");
    else if (!Channel::Private::get(channel)->session->canResume(control.received()))
        *reason = QStringLiteral("the message counts do not match");
    return reason->isEmpty() ? channel : nullptr;
}

void Server::Private::resume(Arrival &arrival, const Control &control)
{
    const QString token = control.value().toString();
    // Connections are not read in the order in which they were made; this one is already abandoned.
    if (const Channel *const later = sessions.find(token);
        later && Channel::Private::get(later)->hasComeLater(token, arrival.number()))
        return turnAway(arrival, {});
    if (const std::optional<Farewell> farewell = farewells.find(token))
        return sendFarewell(*farewell, arrival);
    QString reason;
    Channel *const channel = sessionOf(control, &reason);
    if (!channel) {
        if (!askForHome(arrival, token))
            arrival.lose(reason);
        return;
    }
    qCDebug(serverLog).noquote() << arrival.address() << "resumes session" << channel->sessionId();
    std::vector<Delivery> deliveries = arrival.take();
    deliveries.erase(deliveries.begin()); // Connected
    Channel::Private::get(channel)->resume(
        {arrival.link(), arrival.address(), token, arrival.token(), arrival.number()},
        control.received(), std::move(deliveries));
    m_arrivals.erase(&arrival);
}

//! Says goodbye to a client that was sent away while its line was lost.
void Server::Private::sendFarewell(const Farewell &farewell, Arrival &arrival)
{
    qCDebug(serverLog).noquote() << arrival.address()
                                 << "was refused or redirected while it was away";
    arrival.link().outbox->sendControl(farewell.control, Outbox::Bound::None);
    arrival.link().outbox->sendControl(Control::bye(), Outbox::Bound::None);
    m_arrivals.erase(&arrival);
}

bool Server::Private::findHome(const QString &token,
                               const std::shared_ptr<const HttpRequest> &request,
                               std::function<void(const QString &address)> receiver) const
{
    const QString node = Token::node(token);
    if (!m_cluster || node.isEmpty() || sessions.find(token))
        return false;
    const auto way = request ? ClusterSeam::Way::WebSocket : ClusterSeam::Way::Plain;
    return m_cluster->findNode(node, way, std::move(receiver));
}

bool Server::Private::askForHome(Arrival &arrival, const QString &token)
{
    const auto answer = [this, &arrival, life = arrival.life()](const QString &address) {
        if (!life.expired())
            redirectHome(arrival, address);
    };
    if (!findHome(token, arrival.request(), answer))
        return false;
    arrival.setAsking();
    return true;
}

void Server::Private::redirectHome(Arrival &arrival, const QString &address)
{
    if (address.isEmpty())
        return arrival.lose(homeGoneText());
    qCDebug(serverLog).noquote() << arrival.address()
                                 << "is redirected to the server of its session:" << address;
    arrival.link().outbox->sendControl(Control::redirect(address), Outbox::Bound::None);
    m_arrivals.erase(&arrival);
}

void Server::Private::turnAway(Arrival &arrival, const QString &error)
{
    const bool isFault = arrival.token().isEmpty() && !error.isEmpty();
    m_arrivals.erase(&arrival);
    if (isFault) // it could not even be greeted
        reject(error);
}

//! Sends an `error` message with the reason. The connection closes with the arrival.
void Server::Private::refuse(Arrival &arrival, const QString &reason)
{
    qCDebug(serverLog).noquote() << arrival.address() << "is refused:" << reason;
    const Link &link = arrival.link();
    link.outbox->send(BuiltIn::error(reason).bytes());
    link.outbox->sendControl(Control::bye(), Outbox::Bound::None);
}

Channel *Server::Private::channel(const QString &sessionId) const
{
    for (Channel *const channel : std::as_const(m_owned)) {
        if (channel->sessionId() == sessionId)
            return channel;
    }
    return nullptr;
}

} // namespace QRepod
