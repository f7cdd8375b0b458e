// SPDX-License-Identifier: MIT
#include "dispatching.h"

#include <QtCore/qfuture.h>

#include <functional>
#include <memory>

namespace {

//! One target of several. Runs what the test gives it.
class Target : public QObject
{
    Q_OBJECT

public:
    std::function<void()> onCall;
    int calls = 0;
    int others = 0;

public Q_SLOTS:
    void Network_call()
    {
        ++calls;
        if (onCall)
            std::exchange(onCall, nullptr)();
    }
    void Network_number(int n) { others += n; }
};

class Other : public QObject
{
    Q_OBJECT

public:
    std::function<void()> onCall;
    int calls = 0;

public Q_SLOTS:
    void Network_other() { ++calls; }
    void Network_call()
    {
        ++calls;
        if (onCall)
            std::exchange(onCall, nullptr)();
    }
};

//! Is only told that the message came.
class Listener : public QObject
{
    Q_OBJECT

public:
    int numbers = 0;

public Q_SLOTS:
    void Network_number() { ++numbers; }
};

//! Is added while it is only a QObject.
class Early : public QObject
{
    Q_OBJECT

public:
    explicit Early(Dispatcher &dispatcher) { dispatcher.addTarget(this); }
};

class Late : public Early
{
    Q_OBJECT

public:
    using Early::Early;
    int calls = 0;

    Q_INVOKABLE void Network_late() { ++calls; }
};

struct Move
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(double x MEMBER x)
    Q_PROPERTY(QString name MEMBER name)

public:
    int id = -1;
    double x = 0.5;
    QString name = QStringLiteral("nobody");
    friend bool operator==(const Move &, const Move &) = default;
};

//! Cannot be default-constructed.
struct Sealed
{
    Q_GADGET

public:
    explicit Sealed(int) { }
};

//! What a request supplies to handlers that will answer later.
struct Ticket
{
    Q_GADGET
    Q_PROPERTY(int number MEMBER number)

public:
    int number = 0;
};

//! Has handlers that return something, or take a ticket.
class Clerk : public QObject
{
    Q_OBJECT

public:
    QVariantList calls;

    Q_INVOKABLE int Network_add(int a, int b) { return a + b; }
    Q_INVOKABLE void Network_note(const QString &text) { calls.append(text); }
    Q_INVOKABLE QVariantMap Network_map() { return {{text("answer"), 42}}; }
    Q_INVOKABLE Move Network_gadget(int id) { return {id, 1.5, text("alice")}; }
    Q_INVOKABLE QFuture<int> Network_later(int n) { return QtFuture::makeReadyFuture(n); }
    Q_INVOKABLE QVariant Network_maybe(bool something)
    {
        calls.append(text("maybe"));
        return something ? QVariant(7) : QVariant();
    }
    Q_INVOKABLE Sealed Network_sealed() { return Sealed(1); }
    Q_INVOKABLE int Network_overload(int value) { return value; }
    Q_INVOKABLE QString Network_overload(const QString &value) { return value; }

    Q_INVOKABLE void Network_ticket(const Ticket &ticket) { calls.append(ticket.number); }
    Q_INVOKABLE void Network_first(const Ticket &ticket, const QString &what)
    {
        calls.append(QVariant(QVariantList{ticket.number, what}));
    }
    Q_INVOKABLE void Network_between(int a, Ticket ticket, int b) // NOLINT: by value
    {
        calls.append(QVariant(QVariantList{a, ticket.number, b}));
    }
    Q_INVOKABLE int Network_both(const Ticket &ticket, int a)
    {
        calls.append(QVariant(QVariantList{ticket.number, a}));
        return a;
    }
    Q_INVOKABLE void Network_whole(const QVariantMap &message, const Ticket &ticket)
    {
        calls.append(QVariant(QVariantList{message, ticket.number}));
    }
    Q_INVOKABLE void Network_filled(const Ticket &ticket, const Move &move)
    {
        calls.append(QVariant(QVariantList{ticket.number, move.id}));
    }
    Q_INVOKABLE void Network_optional(const Ticket &ticket, int a = 1)
    {
        calls.append(QVariant(QVariantList{ticket.number, a}));
    }
    Q_INVOKABLE void Network_behind(int a = 1, const Ticket &ticket = {})
    {
        calls.append(QVariant(QVariantList{a, ticket.number}));
    }
};

//! Returns a value.
class Adder : public QObject
{
    Q_OBJECT

public:
    std::function<void()> onCall;

    Q_INVOKABLE int Network_note() { return 1; }
    Q_INVOKABLE int Network_ticket() { return 2; }
    Q_INVOKABLE QString Network_last()
    {
        const QString words = text("last words");
        onCall();
        return words;
    }
};

//! The same, on a server.
class Office : public QObject
{
    Q_OBJECT

public:
    QVariantList calls;

    Q_INVOKABLE void Network_ask(QObject *channel, const Ticket &ticket, int n)
    {
        calls.append(QVariant(QVariantList{channel->objectName(), ticket.number, n}));
    }
    Q_INVOKABLE int Network_add(QObject *channel, int a) { return a + int(channel != nullptr); }
    Q_INVOKABLE void Network_wrong(const Ticket &ticket, QObject *channel)
    {
        calls.append(ticket.number + int(channel != nullptr));
    }
};

} // namespace

class tst_dispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(text(".*"))); }

    void everyTargetWithAHandlerGetsTheMessageInOrder();
    void aMismatchDoesNotKeepTheMessageFromOthers();
    void aTargetAddedTwiceIsOneTarget();
    void removedTargetsGetNothing();
    void destroyedTargetsAreForgotten();
    void aTargetMayBeAddedInItsConstructor();
    void tablesCanBeShared();
    void handlersMayDeleteTheirObject();
    void handlersMayDeleteAnyTarget();
    void handlersMayRemoveALaterTarget();
    void handlersMayAddATarget();
    void handlersMayAddARemovedTargetAgain();
    void handlersMayDeleteTheDispatcher();
    void handlersMayDispatch();
    void noTargetsHandleNothing();

    void returnValuesAreAnswers_data();
    void returnValuesAreAnswers();
    void whatReturnsNothingIsNoAnswer();
    void aSuppliedArgumentStandsAnywhere_data();
    void aSuppliedArgumentStandsAnywhere();
    void withoutAnAnswerNothingIsSupplied();
    void theSenderStandsBeforeASuppliedArgument();
    void theFirstThatReturnsSomethingAnswers();
    void theFirstThatTakesTheArgumentAnswers();
    void aMismatchIsToldToTheAsker();
    void anAnswerOutlivesTheDispatcher();
};

void tst_dispatcher::everyTargetWithAHandlerGetsTheMessageInOrder()
{
    Target first;
    Other second;
    Target third;
    QString order;
    first.onCall = [&] { order += u'1'; };
    second.onCall = [&] { order += u'2'; };
    third.onCall = [&] { order += u'3'; };
    Dispatcher dispatcher;
    dispatcher.addTarget(&third);
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(order, text("312"));
    QCOMPARE(dispatch(dispatcher, frameOf("other")), Outcome::Handled);
    QCOMPARE(dispatch(dispatcher, frameOf("neither")), Outcome::Unhandled);
    QCOMPARE(first.calls, 1);
    QCOMPARE(second.calls, 2);
    QCOMPARE(third.calls, 1);
}

void tst_dispatcher::aMismatchDoesNotKeepTheMessageFromOthers()
{
    Target strict;
    Listener lax;
    Dispatcher dispatcher;
    dispatcher.addTarget(&strict);
    dispatcher.addTarget(&lax);
    expectWarning("Target::Network_number: field \"n\" is missing");
    QCOMPARE(dispatch(dispatcher, frameOf("number")), Outcome::Handled);
    QCOMPARE(lax.numbers, 1);
    QCOMPARE(dispatch(dispatcher, frameOf("number", {{text("n"), 3}})), Outcome::Handled);
    QCOMPARE(strict.others, 3);
    QCOMPARE(lax.numbers, 2);

    Target second;
    dispatcher.removeTarget(&lax);
    dispatcher.addTarget(&second);
    expectWarning("Target::Network_number: field \"n\" is missing"); // from the second's table
    QCOMPARE(dispatch(dispatcher, frameOf("number")), Outcome::Mismatched);
}

void tst_dispatcher::aTargetAddedTwiceIsOneTarget()
{
    Target first;
    Other second;
    Dispatcher dispatcher;
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&second);
    dispatcher.addTarget(&first);
    dispatcher.removeTarget(&first);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 0);
    QCOMPARE(second.calls, 1);
}

void tst_dispatcher::removedTargetsGetNothing()
{
    Target first;
    Other second;
    Dispatcher dispatcher;
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    dispatcher.removeTarget(&first);
    dispatcher.removeTarget(this); // never added
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    dispatcher.removeTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Unhandled);
    dispatcher.addTarget(&first);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 2);
    QCOMPARE(second.calls, 2);
}

void tst_dispatcher::destroyedTargetsAreForgotten()
{
    auto first = std::make_unique<Target>();
    auto second = std::make_unique<Other>();
    auto third = std::make_unique<Target>();
    Dispatcher dispatcher;
    dispatcher.addTarget(first.get());
    dispatcher.addTarget(second.get());
    dispatcher.addTarget(third.get());
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    first.reset();
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(second->calls, 2);
    QCOMPARE(dispatch(dispatcher, frameOf("number", {{text("n"), 3}})), Outcome::Handled);
    QCOMPARE(third->others, 3);
    second.reset();
    QCOMPARE(dispatch(dispatcher, frameOf("other")), Outcome::Unhandled);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(third->calls, 3);
    third.reset();
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Unhandled);
}

void tst_dispatcher::aTargetMayBeAddedInItsConstructor()
{
    Dispatcher dispatcher;
    const Late late(dispatcher);
    QCOMPARE(dispatch(dispatcher, frameOf("late")), Outcome::Handled);
    QCOMPARE(late.calls, 1);
}

void tst_dispatcher::tablesCanBeShared()
{
    const std::shared_ptr<const HandlerTable> table =
        HandlerTable::create(&Target::staticMetaObject);
    Target targets[3];
    Dispatcher dispatchers[3];
    for (int i = 0; i < 3; ++i) {
        dispatchers[i].addTarget(&targets[i], table);
        QCOMPARE(dispatch(dispatchers[i], frameOf("call")), Outcome::Handled);
        QCOMPARE(targets[i].calls, 1);
    }
    QCOMPARE(table.use_count(), 4);

    expectWarning("Target::Network_number: field \"n\" is missing"); // once for the class
    for (Dispatcher &dispatcher : dispatchers)
        QCOMPARE(dispatch(dispatcher, frameOf("number")), Outcome::Mismatched);
}

void tst_dispatcher::handlersMayDeleteTheirObject()
{
    Dispatcher dispatcher;
    auto *only = new Target;
    only->onCall = [only] { delete only; };
    dispatcher.addTarget(only);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Unhandled);

    auto *first = new Target;
    first->onCall = [first] { delete first; };
    Other second;
    dispatcher.addTarget(first);
    dispatcher.addTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call") + frameOf("call")), Outcome::Handled);
    QCOMPARE(second.calls, 2);
}

void tst_dispatcher::handlersMayDeleteAnyTarget()
{
    Dispatcher dispatcher;
    auto first = std::make_unique<Target>();
    auto second = std::make_unique<Target>();
    auto third = std::make_unique<Other>();
    auto fourth = std::make_unique<Target>();
    second->onCall = [&] {
        first.reset();
        second.reset();
        third.reset();
    };
    for (QObject *target :
         std::initializer_list<QObject *>{first.get(), second.get(), third.get(), fourth.get()})
        dispatcher.addTarget(target);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(fourth->calls, 1);
    QCOMPARE(dispatch(dispatcher, frameOf("call") + frameOf("other")), Outcome::Unhandled);
    QCOMPARE(fourth->calls, 2);
}

void tst_dispatcher::handlersMayRemoveALaterTarget()
{
    Dispatcher dispatcher;
    Target first;
    Target second;
    first.onCall = [&] { dispatcher.removeTarget(&second); };
    second.onCall = [&] { dispatcher.removeTarget(&first); };
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 1);
    QCOMPARE(second.calls, 0);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 2);
    QCOMPARE(second.calls, 0);
}

void tst_dispatcher::handlersMayAddATarget()
{
    Dispatcher dispatcher;
    Target first;
    Other second;
    first.onCall = [&] {
        dispatcher.removeTarget(&first);
        dispatcher.addTarget(&second);
    };
    dispatcher.addTarget(&first);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(second.calls, 0); // its first message is the next one
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 1);
    QCOMPARE(second.calls, 1);

    second.onCall = [&] {
        Target passing;
        dispatcher.addTarget(&passing);
        dispatcher.addTarget(&first);
    };
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 1);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 2);
    QCOMPARE(second.calls, 3);
}

void tst_dispatcher::handlersMayAddARemovedTargetAgain()
{
    Dispatcher dispatcher;
    Target first;
    Target second;
    first.onCall = [&] {
        dispatcher.removeTarget(&second);
        dispatcher.addTarget(&second);
    };
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&second);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(second.calls, 0); // added for later messages
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(first.calls, 2);
    QCOMPARE(second.calls, 1);
}

void tst_dispatcher::handlersMayDeleteTheDispatcher()
{
    const QByteArray bytes = frameOf("call");
    const MessageLimits limits;
    FrameReader reader(limits);
    std::memcpy(reader.prepare(bytes.size()), bytes.constData(), size_t(bytes.size()));
    QVERIFY(reader.commit(bytes.size()));
    const FrameBatch batch = reader.takeFrames();
    TextCache keys;

    for (const bool severalTargets : {false, true}) {
        auto dispatcher = std::make_unique<Dispatcher>();
        auto target = std::make_unique<Target>();
        Other other;
        target->onCall = [&] {
            dispatcher.reset();
            target.reset();
        };
        dispatcher->addTarget(target.get());
        if (severalTargets)
            dispatcher->addTarget(&other);
        QCOMPARE(dispatcher->dispatch(Message(batch.frames.front(), keys)), Outcome::Handled);
        QVERIFY(!dispatcher);
        QVERIFY(!target);
        QCOMPARE(other.calls, 0);
    }
}

void tst_dispatcher::handlersMayDispatch()
{
    Dispatcher dispatcher;
    Target target;
    target.onCall = [&] {
        QCOMPARE(dispatch(dispatcher, frameOf("number", {{text("n"), 3}})), Outcome::Handled);
        QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    };
    dispatcher.addTarget(&target);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Handled);
    QCOMPARE(target.calls, 2);
    QCOMPARE(target.others, 3);
}

void tst_dispatcher::noTargetsHandleNothing()
{
    Dispatcher dispatcher;
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Unhandled);
    dispatcher.addTarget(nullptr);
    QCOMPARE(dispatch(dispatcher, frameOf("call")), Outcome::Unhandled);
}

void tst_dispatcher::returnValuesAreAnswers_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QVariant>("value");
    QTest::newRow("a number") << frameOf("add", {{text("a"), 2}, {text("b"), 3}}) << QVariant(5);
    QTest::newRow("a map") << frameOf("map") << QVariant(QVariantMap{{text("answer"), 42}});
    QTest::newRow("a gadget") << frameOf("gadget", {{text("id"), 7}})
                              << QVariant::fromValue(Move{7, 1.5, text("alice")});
    QTest::newRow("a QVariant") << frameOf("maybe", {{text("something"), true}}) << QVariant(7);
    QTest::newRow("the overload that fits")
        << frameOf("overload", {{text("value"), text("v")}}) << QVariant(text("v"));
}

void tst_dispatcher::returnValuesAreAnswers()
{
    QFETCH(const QByteArray, frame);
    QFETCH(const QVariant, value);
    Clerk clerk;
    Dispatcher dispatcher;
    dispatcher.addTarget(&clerk);
    Answer answer;
    QCOMPARE(dispatch(dispatcher, frame, &answer), Outcome::Handled);
    QVERIFY(answer.isGiven);
    QVERIFY(!answer.isTaken);
    QCOMPARE(answer.value.metaType(), value.metaType());
    if (value.metaType() == QMetaType::fromType<Move>())
        QCOMPARE(answer.value.value<Move>(), value.value<Move>());
    else
        QCOMPARE(answer.value, value);
    QCOMPARE(dispatch(dispatcher, frame), Outcome::Handled); // nobody asks for an answer
}

void tst_dispatcher::whatReturnsNothingIsNoAnswer()
{
    Clerk clerk;
    Dispatcher dispatcher;
    dispatcher.addTarget(&clerk);
    for (const QByteArray &frame :
         {frameOf("note", {{text("text"), text("x")}}),
          frameOf("maybe", {{text("something"), false}}), frameOf("sealed")}) {
        Answer answer;
        QCOMPARE(dispatch(dispatcher, frame, &answer), Outcome::Handled);
        QVERIFY(answer.isOpen());
        QVERIFY(!answer.value.isValid());
    }

    Answer answer;
    QCOMPARE(dispatch(dispatcher, frameOf("later", {{text("n"), 3}}), &answer), Outcome::Handled);
    QVERIFY(answer.isGiven);
    QCOMPARE(answer.value.value<QFuture<int>>().result(), 3);
}

void tst_dispatcher::aSuppliedArgumentStandsAnywhere_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QVariant>("call");
    const QVariantMap fields = {{text("a"), 1}, {text("b"), 2}};
    QVariantMap whole = {{text("a"), Q_INT64_C(1)}, {text("b"), Q_INT64_C(2)}};
    whole[text("action")] = text("whole");
    QTest::newRow("alone") << frameOf("ticket", fields) << QVariant(9);
    QTest::newRow("first") << frameOf("first", {{text("what"), text("w")}})
                           << QVariant(QVariantList{9, text("w")});
    QTest::newRow("between") << frameOf("between", fields) << QVariant(QVariantList{1, 9, 2});
    QTest::newRow("with the whole message")
        << frameOf("whole", fields) << QVariant(QVariantList{whole, 9});
    QTest::newRow("with a gadget")
        << frameOf("filled", {{text("id"), 5}}) << QVariant(QVariantList{9, 5});
    QTest::newRow("before a default") << frameOf("optional") << QVariant(QVariantList{9, 1});
    QTest::newRow("before what has one")
        << frameOf("optional", fields) << QVariant(QVariantList{9, 1});
    QTest::newRow("behind a default") << frameOf("behind", fields) << QVariant(QVariantList{1, 9});
    QTest::newRow("what is returned besides is lost")
        << frameOf("both", fields) << QVariant(QVariantList{9, 1});
}

void tst_dispatcher::aSuppliedArgumentStandsAnywhere()
{
    QFETCH(const QByteArray, frame);
    QFETCH(const QVariant, call);
    Clerk clerk;
    Dispatcher dispatcher({Leading::Nothing, {QMetaType::fromType<Ticket>()}});
    dispatcher.addTarget(&clerk);
    const Ticket ticket = {9};
    const Supplied supplied[] = {{QMetaType::fromType<int>(), nullptr},
                                 {QMetaType::fromType<Ticket>(), &ticket}};
    Answer answer = {.supplied = supplied};
    QCOMPARE(dispatch(dispatcher, frame, &answer), Outcome::Handled);
    QCOMPARE(clerk.calls, QVariantList{call});
    QVERIFY(answer.isTaken);
    QVERIFY(!answer.isGiven);
    QVERIFY(!answer.value.isValid());
}

void tst_dispatcher::withoutAnAnswerNothingIsSupplied()
{
    Clerk clerk;
    Dispatcher dispatcher({Leading::Nothing, {QMetaType::fromType<Ticket>()}});
    dispatcher.addTarget(&clerk);
    QCOMPARE(dispatch(dispatcher, frameOf("between", {{text("a"), 1}, {text("b"), 2}})),
             Outcome::Handled);
    QCOMPARE(clerk.calls, QVariantList{QVariant(QVariantList{1, 0, 2})});

    // A ticket is not a field, and cannot be left out together with a missing default before it.
    expectWarning("Clerk::Network_behind: field \"a\" is missing");
    QCOMPARE(dispatch(dispatcher, frameOf("behind", {{text("ticket"), QVariantMap()}})),
             Outcome::Mismatched);
}

void tst_dispatcher::theSenderStandsBeforeASuppliedArgument()
{
    Office office;
    QObject channel;
    channel.setObjectName(text("channel"));
    Dispatcher dispatcher({Leading::Sender, {QMetaType::fromType<Ticket>()}});
    dispatcher.addTarget(&office);
    expectWarning("Office::Network_wrong can never be called: its first parameter is a .*Ticket, "
                  "not a pointer to the channel");
    const Ticket ticket = {9};
    const Supplied supplied[] = {{QMetaType::fromType<Ticket>(), &ticket}};
    Answer answer = {.supplied = supplied};
    QCOMPARE(dispatch(dispatcher, frameOf("ask", {{text("n"), 3}}), &answer, &channel),
             Outcome::Handled);
    QVERIFY(answer.isTaken);
    QCOMPARE(office.calls, QVariantList{QVariant(QVariantList{text("channel"), 9, 3})});

    Answer sum;
    QCOMPARE(dispatch(dispatcher, frameOf("add", {{text("a"), 3}}), &sum, &channel),
             Outcome::Handled);
    QCOMPARE(sum.value, QVariant(4));
}

void tst_dispatcher::theFirstThatReturnsSomethingAnswers()
{
    Clerk silent;
    Clerk clerk;
    Dispatcher dispatcher({Leading::Nothing, {QMetaType::fromType<Ticket>()}});
    Adder adder;
    dispatcher.addTarget(&silent);
    dispatcher.addTarget(&adder);
    dispatcher.addTarget(&clerk);
    const Ticket ticket = {9};
    const Supplied supplied[] = {{QMetaType::fromType<Ticket>(), &ticket}};

    Answer answer = {.supplied = supplied};
    const QVariantMap note = {{text("text"), text("n")}};
    QCOMPARE(dispatch(dispatcher, frameOf("note", note), &answer), Outcome::Handled);
    QCOMPARE(answer.value, QVariant(1)); // the adder's
    QCOMPARE(silent.calls.size(), 1);
    QCOMPARE(clerk.calls.size(), 1);

    // A handler called after the answer gets no ticket.
    clerk.calls.clear();
    dispatcher.removeTarget(&silent);
    answer = {.supplied = supplied};
    QCOMPARE(dispatch(dispatcher, frameOf("ticket"), &answer), Outcome::Handled);
    QVERIFY(answer.isGiven);
    QVERIFY(!answer.isTaken);
    QCOMPARE(answer.value, QVariant(2));
    QCOMPARE(clerk.calls, QVariantList{0});
}

void tst_dispatcher::theFirstThatTakesTheArgumentAnswers()
{
    Clerk first;
    Clerk second;
    Adder adder;
    Dispatcher dispatcher({Leading::Nothing, {QMetaType::fromType<Ticket>()}});
    dispatcher.addTarget(&first);
    dispatcher.addTarget(&adder);
    dispatcher.addTarget(&second);
    const Ticket ticket = {9};
    const Supplied supplied[] = {{QMetaType::fromType<Ticket>(), &ticket}};
    Answer answer = {.supplied = supplied};
    QCOMPARE(dispatch(dispatcher, frameOf("ticket"), &answer), Outcome::Handled);
    QVERIFY(answer.isTaken);
    QVERIFY(!answer.isGiven);
    QCOMPARE(first.calls, QVariantList{9});
    QCOMPARE(second.calls, QVariantList{0});
}

void tst_dispatcher::aMismatchIsToldToTheAsker()
{
    Clerk clerk;
    Clerk second;
    Dispatcher dispatcher;
    dispatcher.addTarget(&clerk);
    expectWarning("Clerk::Network_add: field \"b\" is missing");
    for (int i = 0; i < 2; ++i) { // also once it no longer warns
        Answer answer;
        QCOMPARE(dispatch(dispatcher, frameOf("add", {{text("a"), 1}}), &answer),
                 Outcome::Mismatched);
        QVERIFY(answer.isOpen());
        QCOMPARE(answer.mismatch, text("Clerk::Network_add: field \"b\" is missing"));
    }
    Answer answer;
    QCOMPARE(dispatch(dispatcher, frameOf("nobody"), &answer), Outcome::Unhandled);
    QCOMPARE(answer.mismatch, QString());
}

void tst_dispatcher::anAnswerOutlivesTheDispatcher()
{
    auto dispatcher = std::make_unique<Dispatcher>();
    auto adder = std::make_unique<Adder>();
    dispatcher->addTarget(adder.get());
    adder->onCall = [&] {
        dispatcher.reset();
        adder.reset();
    };
    Answer answer;
    QCOMPARE(dispatch(*dispatcher, frameOf("last"), &answer), Outcome::Handled);
    QVERIFY(!dispatcher);
    QCOMPARE(answer.value, QVariant(text("last words")));
}

QTEST_APPLESS_MAIN(tst_dispatcher)
#include "tst_dispatcher.moc"
