// SPDX-License-Identifier: MIT

//! Both ends of requests, driven by a script. One end asks, and gets answers that fit, come twice,
//! name a number that nobody waits for, or are invented. The other end gets requests and answers
//! them never, once, or often, in copies. A future finishes once, with its own answer. Other
//! messages go to the handlers. No request is answered more than once.
///
/// Input: operations of one byte, each with its arguments in the bytes after it.

#include "delivery/incomingrequest.h"
#include "delivery/requester.h"
#include "delivery/requestfields.h"
#include "input.h"
#include "protocol/framereader.h"
#include "protocol/validator.h"

#include <QtCore/qcoreapplication.h>

#include <array>
#include <map>
#include <memory>
#include <vector>

using namespace QRepod;

namespace {

constexpr MessageLimits limits;

//! An end with a peer: what it sends is available here, and nothing arrives by itself.
class End : private Wakeable
{
public:
    End()
        : m_session(Link::create({&m_waker, this}, ConnectionSettings()))
        , m_deadlines(nullptr)
        , m_requester(std::make_unique<Requester>(m_deadlines, WakeTarget{&m_waker, this}))
    {
        m_session.link().outbox->open({&m_waker, this});
    }
    virtual ~End() { m_waker.forget(this); }

    QFuture<QVariant> ask() { return m_requester->ask(m_session, QStringLiteral("a"), {}, -1); }
    bool takeReply(const Message &message) { return m_requester->takeReply(message); }
    void end() { m_requester->failAll(connectionEnded()); }

    //! Returns what it has sent since the last call.
    FrameBatch sent()
    {
        FrameReader reader{limits};
        for (const QByteArray &part : m_session.link().outbox->takeAll().parts()) {
            std::copy(part.cbegin(), part.cend(), reader.prepare(part.size()));
            expect(reader.commit(part.size()), "what is sent is well-formed");
            m_session.link().outbox->written(part.size());
        }
        m_session.link().outbox->takeAll(); // so that it will be woken again
        return reader.takeFrames();
    }

    AnswerPath path()
    {
        return {[this](const EncodedMessage &message) { return m_session.send(message); }, limits,
                QStringLiteral("peer"), nullptr};
    }

private:
    void handleWake() override { }

    Waker m_waker;
    Session m_session;
    Deadlines m_deadlines;
    std::unique_ptr<Requester> m_requester;
};

//! A pending request, and its expected outcome.
struct Asked
{
    enum class Outcome { Open, Result, Error };

    QFuture<QVariant> future;
    Outcome outcome = Outcome::Open;
    qint64 result = 0;

    void check() const
    {
        expect(future.isFinished() == (outcome != Outcome::Open), "finished when it is answered");
        if (outcome == Outcome::Open)
            return;
        try {
            expect(QFuture<QVariant>(future).result().toLongLong() == result, "its own result");
            expect(outcome == Outcome::Result, "a result where there is one");
        } catch (const RequestError &error) {
            expect(outcome == Outcome::Error, "an error where there is one");
            expect(error.error().startsWith(QLatin1String("a: ")), "the error names the action");
        }
    }
};

class Run
{
public:
    void step(Input &input)
    {
        switch (input.byte() % 7) {
        case 0:
            return ask();
        case 1:
            return reply(number(input), {{resultField(), m_next}});
        case 2:
            return reply(number(input), {{errorField(), QStringLiteral("no")}, {resultField(), 1}});
        case 3: // with an error that is nil
            return reply(number(input), {{errorField(), QVariant()}, {resultField(), m_next}});
        case 4:
            return madeUp(input);
        case 5:
            return request(input);
        default:
            m_asker.end();
            for (auto &[number, asked] : m_asked) {
                if (asked.outcome == Asked::Outcome::Open)
                    asked.outcome = Asked::Outcome::Error;
            }
        }
    }

    void check() const
    {
        for (const auto &[number, asked] : m_asked)
            asked.check();
    }

private:
    void ask()
    {
        const QFuture<QVariant> future = m_asker.ask();
        const FrameBatch sent = m_asker.sent();
        if (sent.frames.empty()) {
            expect(future.isFinished(), "what is not sent has failed");
            return;
        }
        expect(sent.frames.size() == 1 && sent.frames.front().request, "one request");
        const bool isNew = m_asked.try_emplace(*sent.frames.front().request, Asked{future}).second;
        expect(isNew, "no number is used again");
    }

    //! Returns the number of a pending request, of an earlier one, or any number.
    quint64 number(Input &input)
    {
        const quint8 choice = input.byte();
        if (choice < 200 && !m_asked.empty()) {
            auto place = m_asked.cbegin();
            std::advance(place, choice % m_asked.size());
            return place->first;
        }
        quint64 any = 0;
        for (int i = 0; i < choice % 9; ++i)
            any = any << 8 | input.byte();
        return any;
    }

    void reply(quint64 number, QVariantMap fields)
    {
        fields.insert(requestField(), number);
        const qint64 result = m_next++;
        const bool isError = !fields.value(errorField()).isNull();
        const QByteArray frame = EncodedMessage(withAction(replyAction(), fields), limits).frame();
        const auto asked = m_asked.find(number);
        const bool isAwaited =
            asked != m_asked.end() && asked->second.outcome == Asked::Outcome::Open;
        expect(deliver(frame.sliced(frameHeaderSize)) == isAwaited,
               "an answer is taken if somebody waits for it");
        if (!isAwaited)
            return;
        asked->second.outcome = isError ? Asked::Outcome::Error : Asked::Outcome::Result;
        asked->second.result = result;
    }

    //! Delivers a payload from the input. Whatever it is, only a pending answer is taken.
    void madeUp(Input &input)
    {
        const QByteArrayView bytes = input.take(input.byte());
        const QByteArray payload = bytes.toByteArray();
        const Verdict verdict = validate(payload, limits);
        if (!verdict.error.isEmpty() || !verdict.hasAction || !verdict.actionText.isEmpty())
            return;
        const auto asked = verdict.request ? m_asked.find(*verdict.request) : m_asked.end();
        const bool isAwaited = verdict.action == "_reply" && asked != m_asked.end()
            && asked->second.outcome == Asked::Outcome::Open;
        if (isAwaited) // the outcome depends on the payload
            m_asked.erase(asked);
        expect(deliver(payload) == isAwaited, "what is no answer is left to the handlers");
    }

    bool deliver(const QByteArray &payload)
    {
        const Verdict verdict = validate(payload, limits);
        const Frame frame{payload, verdict.action, verdict.request};
        return m_asker.takeReply(Message(frame, m_texts));
    }

    //! Answers a request as the input says; \a number is the peer's.
    void request(Input &input)
    {
        const quint64 asked = number(input);
        const quint8 answers = input.byte();
        {
            IncomingRequest request(m_answerer.path(), asked);
            Answer *const answer = request.answer();
            const auto taken = *static_cast<const Request *>(answer->supplied.front().value);
            answer->isTaken = answers & 1;
            const std::vector<Request> copies(answers % 5, taken);
            for (const Request &copy : copies) {
                if (answers & 2)
                    copy.reply(answers);
                if (answers & 4)
                    copy.refuse(QStringLiteral("no"));
            }
            if (answers & 8)
                request.finish(answers & 16 ? Dispatcher::Outcome::Handled
                                            : Dispatcher::Outcome::Unhandled,
                               nullptr);
        }
        const FrameBatch sent = m_answerer.sent();
        expect(sent.frames.size() == 1, "a request is answered once");
        expect(sent.frames.front().action == "_reply", "by a reply");
        expect(sent.frames.front().request == asked, "with its number");
    }

    End m_asker;
    End m_answerer;
    TextCache m_texts;
    std::map<quint64, Asked> m_asked; // by number
    qint64 m_next = 1;                // the next result
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    static int argc = 1;
    static std::array<char *, 2> argv = {const_cast<char *>("fuzz_requests"), nullptr};
    static QCoreApplication application(argc, argv.data());

    Input input(data, size);
    Run run;
    while (!input.isEmpty()) {
        run.step(input);
        run.check();
    }
    return 0;
}
