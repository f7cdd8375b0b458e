// SPDX-License-Identifier: MIT
#include "twoends.h"

#include <algorithm>

namespace QRepod {

namespace {

//! Returns message \a n, encoded once.
const EncodedMessage &encodedNumber(int n)
{
    static std::vector<EncodedMessage> messages;
    while (messages.size() <= size_t(n))
        messages.emplace_back(number(qint64(messages.size())), MessageLimits());
    return messages[size_t(n)];
}

const QByteArray &greeting()
{
    static const QByteArray frame = encoded(message(u"connected"_s));
    return frame;
}

FrameBatch batchOf(const QByteArray &frame)
{
    return batch(frame);
}

} // namespace

TwoEnds::TwoEnds(Bounds bounds)
    : m_bounds(bounds)
{
    m_lines.push_back(std::make_unique<Line>());
    Line &line = latest();
    line.isConnected = line.isAnswered = true;
    line.isArrival = false;
    for (const Link &link : {line.client, line.server}) {
        link.outbox->open(m_writer);
        link.outbox->setPeerKnown();
        link.inbox->pushConnected();
    }
    m_client = std::make_unique<End>(line.client);
    m_server = std::make_unique<End>(line.server);
    m_client->session->begin();
    m_server->session->begin();
    m_serverLine = &line;
}

Link TwoEnds::newLink()
{
    return Link::create({}, ConnectionSettings());
}

bool TwoEnds::can(Step step) const
{
    const Line &line = latest();
    switch (step) {
    case ClientSends:
        return m_client->sent < m_bounds.messages;
    case ServerSends:
        return m_server->sent < m_bounds.messages;
    case ToServer:
        return line.hasServer && !line.toServer.empty();
    case ToClient:
        return line.hasClient && !line.toClient.empty();
    case LateToServer:
        return late() && late()->hasServer && !late()->toServer.empty();
    case ClientLosesLine:
        return line.isConnected && int(m_lines.size()) < m_bounds.lines;
    case ServerLosesLine:
        return m_serverLine && int(m_lines.size()) < m_bounds.lines;
    case AttemptIsLost:
        return line.isConnected && line.isArrival && line.hasServer
            && int(m_lines.size()) < m_bounds.lines;
    case ClientIsBack:
        return !line.isConnected;
    case ClientAcknowledges:
        return line.isAnswered && line.client.inbox->receipt().value_or(0) > m_clientAcknowledged;
    case ServerAcknowledges:
        return m_serverLine
            && m_serverLine->server.inbox->receipt().value_or(0) > m_serverAcknowledged;
    }
    return false;
}

void TwoEnds::take(Step step)
{
    Line &line = latest();
    switch (step) {
    case ClientSends:
        send(*m_client);
        break;
    case ServerSends:
        send(*m_server);
        break;
    case ToServer:
        hearAtServer(line);
        break;
    case ToClient:
        hearAtClient();
        break;
    case LateToServer:
        hearAtServer(*late());
        break;
    case ClientLosesLine: {
        line.hasClient = false;
        line.toClient.clear();
        line.client.outbox->close();
        tryAgain();
        break;
    }
    case ServerLosesLine: {
        m_serverLine->hasServer = false;
        m_serverLine->toServer.clear();
        m_serverLine->server.outbox->close();
        m_serverLine = nullptr;
        m_server->session->leave(newLink());
        break;
    }
    case AttemptIsLost:
        line.hasServer = false;
        line.toServer.clear();
        break;
    case ClientIsBack:
        line.isConnected = true;
        line.client.outbox->open(m_writer);
        line.client.inbox->pushConnected();
        line.server.outbox->open(m_writer);
        line.server.inbox->pushConnected();
        line.toServer.push_back(Control::resume(QString(), line.resumeNumber));
        line.server.outbox->send(greeting());
        break;
    case ClientAcknowledges:
        acknowledge(*m_client, line.client, m_clientAcknowledged);
        break;
    case ServerAcknowledges:
        acknowledge(*m_server, m_serverLine->server, m_serverAcknowledged);
        break;
    }
    for (const auto &each : m_lines) {
        carry(each->client, each->toServer, each->hasServer);
        carry(each->server, each->toClient, each->hasClient);
    }
}

void TwoEnds::tryAgain()
{
    m_lines.push_back(std::make_unique<Line>());
    m_client->session->leave(latest().client);
    latest().resumeNumber = m_client->session->received();
    m_hasLatestCome = false;
}

//! Takes what an end has written into transit, if there is still somebody to receive it.
void TwoEnds::carry(const Link &from, std::deque<QByteArray> &to, bool isHeard)
{
    QByteArray bytes;
    for (const QByteArray &part : from.outbox->takeAll().parts())
        bytes += part;
    from.outbox->written(bytes.size());
    if (bytes.isEmpty() || !isHeard)
        return;
    const FrameBatch frames = batch(bytes);
    for (const Frame &frame : frames.frames) {
        const qsizetype begin = frame.payload.data() - frames.bytes.constData() - frameHeaderSize;
        to.push_back(frames.bytes.mid(begin, frame.payload.size() + frameHeaderSize));
    }
}

void TwoEnds::send(End &end)
{
    expect(end.session->send(encodedNumber(++end.sent)).status == Outbox::Status::Accepted);
}

void TwoEnds::acknowledge(const End &end, const Link &link, qint64 &acknowledged)
{
    acknowledged = *link.inbox->receipt();
    expect(acknowledged == end.session->received());
    link.outbox->sendControl(Control::ack(acknowledged));
}

//! The server receives the next frame on \a line.
void TwoEnds::hearAtServer(Line &line)
{
    FrameBatch arrived = batchOf(line.toServer.front());
    line.toServer.pop_front();
    const Frame &frame = arrived.frames.front();
    if (!frame.isControl()) {
        const qint64 n = numberIn(frame);
        const qint64 before = line.server.inbox->counts().received;
        expect(line.server.inbox->pushMessages(std::move(arrived)) || m_serverLine != &line);
        if (line.server.inbox->counts().received > before)
            m_server->heard.push_back(n);
        return;
    }
    const Control control(frame.payload);
    if (control.kind() == Control::Kind::Ack) {
        line.server.outbox->takeReceipt(control.count());
        return;
    }
    expect(control.kind() == Control::Kind::Resume && line.isArrival);
    line.isArrival = false;
    if (&line != &latest() && m_hasLatestCome) { // an abandoned attempt, whose token is void
        line.hasServer = false;
        line.toServer.clear();
        return;
    }
    m_hasLatestCome = &line == &latest();
    expect(m_server->session->canResume(control.received()));
    if (m_serverLine) { // so the old line is dead
        m_serverLine->server.outbox->close();
        m_serverLine->server.inbox->retire();
    }
    line.server.outbox->setPeerKnown();
    expect(m_server->session->handOver(line.server, control.received()));
    m_serverLine = &line;
    m_serverAcknowledged = m_server->session->received();
}

//! The client receives the next frame on the latest line.
void TwoEnds::hearAtClient()
{
    Line &line = latest();
    FrameBatch arrived = batchOf(line.toClient.front());
    line.toClient.pop_front();
    const Frame &frame = arrived.frames.front();
    if (!frame.isControl()) {
        const qint64 n = numberIn(frame);
        expect(line.client.inbox->pushMessages(std::move(arrived)));
        if (line.isAnswered)
            m_client->heard.push_back(n);
        else
            ++line.unclaimed;
        return;
    }
    const Control control(frame.payload);
    if (control.kind() == Control::Kind::Ack) {
        line.client.outbox->takeReceipt(control.count());
        return;
    }
    expect(control.kind() == Control::Kind::Resumed && !line.isAnswered);
    line.isAnswered = true;
    line.client.outbox->setPeerKnown();
    m_client->session->discount(line.unclaimed);
    expect(m_client->session->resume(control.count()));
    acknowledge(*m_client, line.client, m_clientAcknowledged);
}

QByteArray TwoEnds::state() const
{
    QByteArray bytes;
    const auto add = [&bytes](qint64 value) { bytes += char(value); };
    for (const End *end : {m_client.get(), m_server.get()}) {
        add(end->sent);
        add(qint64(end->heard.size()));
        add(end->session->received());
        add(end->session->sent());
        add(end->session->isOpen());
        for (qint64 n = 0; n <= end->sent; ++n) // which messages it has forgotten
            add(end->session->canResume(n));
    }
    add(m_clientAcknowledged);
    add(m_serverAcknowledged);
    const size_t recent = m_lines.size() > 2 ? m_lines.size() - 2 : 0;
    add(qint64(m_lines.size())); // determines how many more are allowed
    for (size_t i = recent; i < m_lines.size(); ++i) {
        const Line &line = *m_lines[i];
        add(line.isConnected << 4 | line.hasClient << 3 | line.hasServer << 2 | line.isArrival << 1
            | int(line.isAnswered));
        add(m_serverLine == &line);
        add(line.resumeNumber);
        add(line.unclaimed);
        for (const auto *frames : {&line.toServer, &line.toClient}) {
            add(qint64(frames->size()));
            for (const QByteArray &frame : *frames)
                bytes += frame;
        }
    }
    add(m_serverLine != nullptr);
    add(m_hasLatestCome);
    return bytes;
}

void TwoEnds::settle()
{
    const auto carryOn = [this] {
        for (bool hasMoved = true; hasMoved;) {
            hasMoved = false;
            for (const Step step : {ClientIsBack, LateToServer, ToServer, ToClient}) {
                while (can(step)) {
                    take(step);
                    hasMoved = true;
                }
            }
        }
    };
    carryOn();
    if (isComplete() && m_serverLine == &latest())
        return;
    // Sooner or later, the client notices that its line is dead.
    if (!latest().hasServer || m_serverLine != &latest()) {
        latest().hasClient = false;
        tryAgain();
        carryOn();
    }
}

bool TwoEnds::isInOrder(const End &hearer, const End &sender)
{
    for (size_t i = 0; i < hearer.heard.size(); ++i) {
        if (hearer.heard[i] != qint64(i) + 1)
            return false;
    }
    return int(hearer.heard.size()) <= sender.sent;
}

bool TwoEnds::isSound() const
{
    return m_isSound && isInOrder(*m_client, *m_server) && isInOrder(*m_server, *m_client);
}

bool TwoEnds::isComplete() const
{
    return isSound() && int(m_client->heard.size()) == m_server->sent
        && int(m_server->heard.size()) == m_client->sent;
}

} // namespace QRepod
