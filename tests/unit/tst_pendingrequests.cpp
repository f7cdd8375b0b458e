// SPDX-License-Identifier: MIT

//! Requests that wait for an answer: numbers, timeouts, and futures with continuations.

#include "session/pendingrequests.h"
#include "support/literals.h"

#include <QRepod/RequestError>

#include <QtTest/qtest.h>

#include <memory>

using namespace QRepod;

namespace {

using Future = QFuture<QVariant>;

//! Returns why \a future has failed; empty if it has not.
QString failure(Future future)
{
    try {
        future.waitForFinished();
    } catch (const RequestError &error) {
        return error.error();
    }
    return {};
}

} // namespace

class tst_PendingRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answerFinishesItsOwnRequestAlone();
    void numbersAreNeverUsedTwice();
    void answerOfNobodyIsNotTaken();
    void failureNamesActionAndReason();
    void requestsTimeOutInTheirOrder();
    void answeredRequestDoesNotTimeOut();
    void negativeTimeoutNeverComes();
    void tooManyAreNotAdded();
    void endFailsAllInTheirOrder();
    void endReachesNoRequestThatIsAddedMeanwhile();
    void continuationMayDeleteThem();
    void cancelledRequestIsForgottenWithItsAnswer();
    void requestErrorIsAnExceptionWithText();
};

void tst_PendingRequests::answerFinishesItsOwnRequestAlone()
{
    PendingRequests requests;
    const auto first = requests.add(u"a"_s, 10, 0);
    const auto second = requests.add(u"b"_s, 10, 0);
    QVERIFY(requests.finish(second->number, 7));
    QVERIFY(!first->future.isFinished());
    QVERIFY(second->future.isFinished());
    QCOMPARE(second->future.result(), QVariant(7));
    QCOMPARE(requests.size(), size_t(1));
}

void tst_PendingRequests::numbersAreNeverUsedTwice()
{
    PendingRequests requests;
    const quint64 first = requests.add(u"a"_s, 10, 0)->number;
    requests.finish(first, {});
    const quint64 second = requests.add(u"a"_s, 10, 0)->number;
    requests.failAll(u"over"_s);
    const quint64 third = requests.add(u"a"_s, 10, 0)->number;
    QVERIFY(first != second && second != third && third != first);
}

void tst_PendingRequests::answerOfNobodyIsNotTaken()
{
    PendingRequests requests;
    const quint64 number = requests.add(u"a"_s, 10, 0)->number;
    QVERIFY(!requests.contains(number + 1));
    QVERIFY(!requests.finish(number + 1, {}));
    QVERIFY(!requests.fail(number + 1, u"why"_s));
    QVERIFY(requests.finish(number, {}));
    QVERIFY(!requests.finish(number, {}));
}

void tst_PendingRequests::failureNamesActionAndReason()
{
    PendingRequests requests;
    const auto request = requests.add(u"buy"_s, 10, 0);
    QVERIFY(requests.fail(request->number, u"sold out"_s));
    QCOMPARE(failure(request->future), u"buy: sold out"_s);
    QCOMPARE(failure(failedRequest(u"buy"_s, u"not connected"_s)), u"buy: not connected"_s);
}

void tst_PendingRequests::requestsTimeOutInTheirOrder()
{
    PendingRequests requests;
    QCOMPARE(requests.nextDeadline(), PendingRequests::never);
    const Future late = requests.add(u"late"_s, 200, 1000)->future;
    const Future early = requests.add(u"early"_s, 100, 1000)->future;
    QCOMPARE(requests.nextDeadline(), 1100);

    requests.expire(1099);
    QVERIFY(!early.isFinished());
    requests.expire(1100);
    QCOMPARE(failure(early), u"early: timed out after 100 ms"_s);
    QVERIFY(!late.isFinished());
    QCOMPARE(requests.nextDeadline(), 1200);
    requests.expire(5000);
    QCOMPARE(failure(late), u"late: timed out after 200 ms"_s);
    QCOMPARE(requests.nextDeadline(), PendingRequests::never);
}

void tst_PendingRequests::answeredRequestDoesNotTimeOut()
{
    PendingRequests requests;
    const auto request = requests.add(u"a"_s, 10, 0);
    requests.finish(request->number, u"in time"_s);
    QCOMPARE(requests.nextDeadline(), PendingRequests::never);
    requests.expire(10);
    QCOMPARE(request->future.result(), QVariant(u"in time"_s));
}

void tst_PendingRequests::negativeTimeoutNeverComes()
{
    PendingRequests requests;
    const Future future = requests.add(u"a"_s, -1, 0)->future;
    QCOMPARE(requests.nextDeadline(), PendingRequests::never);
    requests.expire(PendingRequests::never - 1);
    QVERIFY(!future.isFinished());
}

void tst_PendingRequests::tooManyAreNotAdded()
{
    PendingRequests requests;
    const quint64 first = requests.add(u"a"_s, -1, 0)->number;
    for (size_t i = 1; i < PendingRequests::maximum; ++i)
        QVERIFY(requests.add(u"a"_s, -1, 0));
    QVERIFY(!requests.add(u"a"_s, -1, 0));
    requests.finish(first, {});
    QVERIFY(requests.add(u"a"_s, -1, 0));
}

void tst_PendingRequests::endFailsAllInTheirOrder()
{
    PendingRequests requests;
    QList<int> order;
    for (int i = 0; i < 20; ++i) {
        requests.add(u"a"_s, 100 - i, 0)->future.onFailed([&order, i] {
            order << i;
            return QVariant();
        });
    }
    requests.failAll(u"the connection ended"_s);
    QList<int> expected;
    for (int i = 0; i < 20; ++i)
        expected << i;
    QCOMPARE(order, expected);
    QCOMPARE(requests.size(), size_t(0));
    QCOMPARE(requests.nextDeadline(), PendingRequests::never);
}

void tst_PendingRequests::endReachesNoRequestThatIsAddedMeanwhile()
{
    PendingRequests requests;
    Future again;
    requests.add(u"a"_s, 10, 0)->future.onFailed([&] {
        again = requests.add(u"again"_s, 10, 0)->future;
        return QVariant();
    });
    requests.failAll(u"over"_s);
    QVERIFY(!again.isFinished());
    QCOMPARE(requests.size(), size_t(1));
}

void tst_PendingRequests::continuationMayDeleteThem()
{
    const auto end = [](auto finish) {
        auto requests = std::make_unique<PendingRequests>();
        auto first = requests->add(u"first"_s, 10, 0);
        const Future second = requests->add(u"second"_s, 10, 0)->future;
        Future(first->future).then([&](const Future &) { requests.reset(); });
        finish(*requests, first->number);
        return !requests && (second.isFinished() || second.isCanceled());
    };
    QVERIFY(end([](PendingRequests &requests, quint64) { requests.failAll(u"over"_s); }));
    QVERIFY(end([](PendingRequests &requests, quint64) { requests.expire(10); }));
    QVERIFY(end([](PendingRequests &requests, quint64 first) { requests.finish(first, {}); }));
    QVERIFY(end([](PendingRequests &requests, quint64 first) { requests.fail(first, u"no"_s); }));
}

void tst_PendingRequests::cancelledRequestIsForgottenWithItsAnswer()
{
    PendingRequests requests;
    auto request = requests.add(u"a"_s, 10, 0);
    request->future.cancel();
    QVERIFY(requests.finish(request->number, 1));
    QVERIFY(request->future.isCanceled());
    QCOMPARE(request->future.resultCount(), 0);
    QCOMPARE(requests.size(), size_t(0));
}

void tst_PendingRequests::requestErrorIsAnExceptionWithText()
{
    const RequestError error(u"buy: größer"_s);
    const std::unique_ptr<QException> copy(error.clone());
    try {
        copy->raise();
        QFAIL("it was not thrown");
    } catch (const RequestError &thrown) {
        QCOMPARE(thrown.error(), u"buy: größer"_s);
        QCOMPARE(QString::fromUtf8(thrown.what()), u"buy: größer"_s);
    }
}

QTEST_GUILESS_MAIN(tst_PendingRequests)

#include "tst_pendingrequests.moc"
