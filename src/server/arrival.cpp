// SPDX-License-Identifier: MIT
#include "server/arrival.h"

#include "protocol/builtin.h"
#include "session/token.h"

#include <iterator>
#include <utility>

namespace QRepod {

namespace {

// How long a client may be silent before it counts as a new one, in milliseconds.
constexpr int helloTimeout = 100;

// How long to look for the node that has the session, in milliseconds.
constexpr int searchTimeout = 3000;

} // namespace

Arrival::Arrival(Server::Private &server, const ServerSettings &settings, const QString &address,
                 std::shared_ptr<const HttpRequest> request)
    : m_server(server)
    , m_number(++server.connections)
    , m_settings(settings)
    , m_address(address)
    , m_request(std::move(request))
    , m_link(Link::create({&server.waker, this}, settings))
    , m_timeout(server.deadlines, [this] { handleSilence(); })
{
}

Arrival::~Arrival()
{
    if (!m_isTaken) {
        m_link.outbox->close();
        m_link.inbox->detachReader();
    }
    m_server.waker.forget(this);
}

std::vector<Delivery> Arrival::take()
{
    m_isTaken = true;
    return std::move(m_deliveries);
}

//! The function that takes over the connection deletes this.
void Arrival::handleWake()
{
    std::vector<Delivery> come = m_link.inbox->takeAll();
    m_deliveries.insert(m_deliveries.end(), std::make_move_iterator(come.begin()),
                        std::make_move_iterator(come.end()));
    if (m_deliveries.empty())
        return;
    if (m_deliveries.front().kind() != Delivery::Kind::Connected) // the TLS handshake failed
        return m_server.turnAway(*this, m_deliveries.front().error());
    if (m_request && !m_request->address.isEmpty())
        m_address = m_request->address; // known once the stream is open
    if (m_token.isEmpty())
        greet();
    if (m_deliveries.size() > 1 && !m_isAsking)
        decide();
}

void Arrival::decide()
{
    const Delivery &second = m_deliveries[1];
    if (second.kind() != Delivery::Kind::Messages) // it left without a word
        return m_server.turnAway(*this, second.error());
    const std::vector<Frame> &frames = second.batch().frames;
    if (!m_isLost && frames.front().isControl()) {
        const Control control(frames.front().payload);
        if (control.kind() == Control::Kind::Resume)
            return m_server.resume(*this, control);
    }
    if (!m_isLost || frames.size() > 1)
        return m_server.welcome(*this, FirstFrame::Known);
    if (m_deliveries.size() == 2)
        return;
    if (m_deliveries[2].kind() != Delivery::Kind::Messages)
        return m_server.turnAway(*this, m_deliveries[2].error());
    m_server.welcome(*this, FirstFrame::Known);
}

void Arrival::lose(const QString &reason)
{
    m_link.outbox->sendControl(Control::lost(reason), Outbox::Bound::None);
    m_isLost = true;
    m_isAsking = false;
    m_timeout.start(helloTimeout);
    decide();
}

void Arrival::greet()
{
    m_token = Token::create(m_server.homeOfSessions());
    m_link.outbox->send(BuiltIn::greeting(m_token).bytes());
    m_timeout.start(helloTimeout);
}

void Arrival::handleSilence()
{
    if (m_isAsking)
        lose(QStringLiteral("the session's server could not be found"));
    else
        m_server.welcome(*this, m_isLost ? FirstFrame::Known : FirstFrame::None);
}

void Arrival::setAsking()
{
    m_isAsking = true;
    m_timeout.start(searchTimeout);
}

} // namespace QRepod
