// SPDX-License-Identifier: MIT

//! Shared state and its replica without a connection: the replica gets each report after it has
//! been encoded and decoded.

#include "protocol/encodedmessage.h"
#include "protocol/streamedlist.h"
#include "state/replicas.h"
#include "state/sharedmodel.h"
#include "state/sharedobject.h"
#include "state/stateparts.h"
#include "support/literals.h"
#include "support/warnings.h"

#include <QRepod/SharedValue>
#include <QRepod/protocol.h>

#include <QtCore/qrandom.h>
#include <QtCore/qstringlistmodel.h>
#include <QtGui/qstandarditemmodel.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <memory>
#include <utility>

using namespace QRepod;

//! A type that cannot be sent.
struct Unknown
{
    int number = 0;
};

namespace {

//! Returns \a fields as the peer receives them.
QVariantMap wire(const QVariantMap &fields, const QString &name = u"s"_s)
{
    QVariantMap message = fields;
    message.insert(u"name"_s, name);
    QString error;
    const QByteArray frame = encode(message, &error);
    if (frame.isEmpty())
        qFatal("%s", qPrintable(error));
    return *decode(QByteArrayView(frame).sliced(4));
}

struct Point
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
    bool operator==(const Point &) const = default;
};

//! A type that is shared as another type.
struct Card
{
    int rank = 0;
};

class World : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int score MEMBER score NOTIFY scoreChanged)
    Q_PROPERTY(QString title MEMBER title NOTIFY changed)
    Q_PROPERTY(Weather weather MEMBER weather NOTIFY changed)
    Q_PROPERTY(Point flag MEMBER flag NOTIFY changed)
    Q_PROPERTY(QVariantMap nested MEMBER nested NOTIFY changed)
    Q_PROPERTY(QVariant size MEMBER size NOTIFY changed)
    Q_PROPERTY(int secret MEMBER secret)

public:
    enum class Weather { Sun, Rain };
    Q_ENUM(Weather)

    int score = 0;
    QString title = u"first"_s;
    Weather weather = Weather::Sun;
    Point flag;
    QVariantMap nested = {{u"list"_s, QVariantList{1, u"a"_s}}};
    QVariant size;
    int secret = 7;

Q_SIGNALS:
    void scoreChanged();
    void changed();
};

//! Knows which of its properties have been read. Reading `sum` may signal changes of the others.
class Ledger : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int sum READ sum NOTIFY sumChanged)
    Q_PROPERTY(int first READ first NOTIFY partsChanged)
    Q_PROPERTY(int second READ second NOTIFY partsChanged)

public:
    int sum()
    {
        reads << u"sum"_s;
        if (std::exchange(isOutdated, false)) {
            ++parts;
            Q_EMIT partsChanged();
        }
        return 2 * parts;
    }
    int first() { return read(u"first"_s); }
    int second() { return read(u"second"_s); }

    QStringList reads;
    int parts = 0;
    bool isOutdated = false;

Q_SIGNALS:
    void sumChanged();
    void partsChanged();

private:
    int read(const QString &name)
    {
        reads << name;
        return parts;
    }
};

//! A list of numbers with two roles, which signals its changes in every possible way.
class Numbers : public QAbstractListModel
{
public:
    struct Row
    {
        int id;
        int value;
        QString text;
    };

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(rows.size());
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        const Row &row = rows[size_t(index.row())];
        return role == 300 ? QVariant(row.text) : role == 301 ? QVariant(row.value) : row.id;
    }

    QHash<int, QByteArray> roleNames() const override
    {
        return {{301, "value"}, {300, "text"}, {302, "id"}};
    }

    void insert(int row, int count)
    {
        beginInsertRows({}, row, row + count - 1);
        for (int i = 0; i < count; ++i)
            rows.insert(rows.begin() + row, {++latest, i, u"row %1"_s.arg(latest)});
        endInsertRows();
    }

    void remove(int row, int count)
    {
        beginRemoveRows({}, row, row + count - 1);
        rows.erase(rows.begin() + row, rows.begin() + row + count);
        endRemoveRows();
    }

    //! \a to is the row they go before, counted with the moving rows still in place.
    void move(int row, int count, int to)
    {
        if (!beginMoveRows({}, row, row + count - 1, {}, to))
            return;
        if (to > row)
            std::rotate(rows.begin() + row, rows.begin() + row + count, rows.begin() + to);
        else
            std::rotate(rows.begin() + to, rows.begin() + row, rows.begin() + row + count);
        endMoveRows();
    }

    void set(int row, int value, const QList<int> &roles = {301})
    {
        rows[size_t(row)].value = value;
        Q_EMIT dataChanged(index(row), index(row), roles);
    }

    template <class Compare>
    void sortBy(Compare compare)
    {
        Q_EMIT layoutAboutToBeChanged();
        std::vector<int> order(rows.size());
        for (size_t i = 0; i < order.size(); ++i)
            order[i] = int(i);
        std::stable_sort(order.begin(), order.end(),
                         [&](int a, int b) { return compare(rows[size_t(a)], rows[size_t(b)]); });
        const std::vector<Row> before = rows;
        QModelIndexList from;
        QModelIndexList to;
        for (size_t i = 0; i < order.size(); ++i) {
            rows[i] = before[size_t(order[i])];
            from << index(order[i]);
            to << index(int(i));
        }
        changePersistentIndexList(from, to);
        Q_EMIT layoutChanged();
    }

    template <class Change>
    void reset(Change change)
    {
        beginResetModel();
        change();
        endResetModel();
    }

    std::vector<Row> rows;
    int latest = 0;
};

//! The rows at the other end as a model, so that Qt checks what observers are told.
class Mirror : public QAbstractListModel, private RowsObserver, private ReplicaObserver
{
public:
    explicit Mirror(const std::shared_ptr<ReplicaState> &state)
        : m_state(state)
    {
        m_state->observers.add(this);
        m_state->rows.observers.add(this);
    }
    ~Mirror() override
    {
        m_state->observers.remove(this);
        m_state->rows.observers.remove(this);
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : m_state->rows.count();
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role < Qt::UserRole ? QVariant()
                                   : m_state->rows.value(index.row(), role - Qt::UserRole);
    }

    QStringList log;

private:
    void beginInsert(int first, int last) override
    {
        log << u"insert %1 %2"_s.arg(first).arg(last);
        beginInsertRows({}, first, last);
    }
    void endInsert() override { endInsertRows(); }
    void beginRemove(int first, int last) override
    {
        log << u"remove %1 %2"_s.arg(first).arg(last);
        beginRemoveRows({}, first, last);
    }
    void endRemove() override { endRemoveRows(); }
    void beginMove(int first, int last, int to) override
    {
        log << u"move %1 %2 %3"_s.arg(first).arg(last).arg(to);
        beginMoveRows({}, first, last, {}, to);
    }
    void endMove() override { endMoveRows(); }
    void beginReset() override
    {
        log << u"reset"_s;
        beginResetModel();
    }
    void endReset() override { endResetModel(); }
    void changed(int row, const QList<int> &roles) override
    {
        QStringList places;
        for (const int role : roles)
            places << QString::number(role);
        log << u"changed %1: %2"_s.arg(row).arg(places.join(u','));
        Q_EMIT dataChanged(index(row), index(row));
    }

    void changed(const QStringList &) override { }
    void readyChanged() override
    {
        log << (m_state->kind == ReplicaState::Kind::Model ? u"ready"_s : u"not ready"_s);
    }

    const std::shared_ptr<ReplicaState> m_state;
};

//! A source, and a replica that gets what it reports.
template <class Source>
class Pair
{
public:
    template <class... Arguments>
    explicit Pair(Arguments... arguments)
        : source(u"s"_s, arguments...)
    {
        source.collect({});
        take(source.whole(viewer));
    }

    //! \return what was reported.
    QVariantMap tick()
    {
        source.collect({});
        const QVariantMap fields = source.change(viewer);
        take(fields);
        return StreamedList::expanded(fields);
    }

    //! Takes \a fields in one message, or in as many as the limits require.
    void take(const QVariantMap &fields)
    {
        const auto fits = [this](const QVariantMap &part) {
            return EncodedMessage(withAction(stateAction(), part), limits).isValid();
        };
        messages = 0;
        if (fields.isEmpty())
            return;
        QCOMPARE(wire(fields), wire(StreamedList::expanded(fields)));
        const StateParts parts = fits(fields) ? StateParts{{fields}} : StateParts::of(fields, fits);
        isComplete = parts.isComplete;
        for (const QVariantMap &part : parts.messages) {
            QVERIFY(fits(part));
            QCOMPARE(part.contains(u"more"_s), ++messages < int(parts.messages.size()));
            replicas.take(wire(part));
        }
    }

    const Channel *viewer = nullptr;
    MessageLimits limits;
    int messages = 0; // messages of the last tick
    bool isComplete = true;
    Source source;
    Replicas replicas{[](const QString &, qint64) {}};
    std::shared_ptr<ReplicaState> state = replicas.find(u"s"_s);
};

using ModelPair = Pair<SharedModel>;

//! Whether \a pair's replica has the rows of \a numbers for which \a isKnown.
template <class Known>
bool isEqual(const ModelPair &pair, const Numbers &numbers, Known isKnown)
{
    const ReplicaRows &rows = pair.state->rows;
    int row = 0;
    for (int i = 0; i < numbers.rowCount(); ++i) {
        if (!isKnown(i))
            continue;
        const Numbers::Row &number = numbers.rows[size_t(i)];
        if (row >= rows.count() || rows.value(row, 0) != QVariant(number.text)
            || rows.value(row, 1) != QVariant(qint64(number.value))
            || rows.value(row, 2) != QVariant(qint64(number.id)))
            return false;
        ++row;
    }
    return row == rows.count();
}

bool isEqual(const ModelPair &pair, const Numbers &numbers)
{
    return isEqual(pair, numbers, [](int) { return true; });
}

//! Changes \a numbers in a random way.
void step(Numbers &numbers, QRandomGenerator &random)
{
    const int count = numbers.rowCount();
    const int kind = random.bounded(100);
    if (kind < 30 || count == 0) {
        if (count < 60)
            numbers.insert(random.bounded(count + 1), 1 + random.bounded(3));
    } else if (kind < 50) {
        const int row = random.bounded(count);
        numbers.remove(row, 1 + random.bounded(std::min(3, count - row)));
    } else if (kind < 70) {
        const int row = random.bounded(count);
        numbers.move(row, 1 + random.bounded(std::min(3, count - row)), random.bounded(count + 1));
    } else if (kind < 97) {
        numbers.set(random.bounded(count), random.bounded(5));
    } else if (kind < 99) {
        numbers.sortBy([](const auto &a, const auto &b) { return a.value < b.value; });
    } else {
        numbers.reset([&] { std::reverse(numbers.rows.begin(), numbers.rows.end()); });
    }
}

} // namespace

class tst_State : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstTellsEveryPropertyWithASignal();
    void changesAreToldOnceHoweverOftenTheyHappened();
    void valueThatIsWhatWasSentLastIsNotSent();
    void onlyWhatASignalTellsOfIsRead();
    void whatReadingTellsOfComesWithTheNextTick();
    void whatCannotBeEncodedIsLeftOutWithOneWarning();
    void typesWithAConverterAreShared();
    void destroyedObjectIsGone();

    void rowsAreTranslated_data();
    void rowsAreTranslated();
    void changedRowsAreOneListForTheWireAndForReaders();
    void rowThatComesAndGoesWithinATickIsNotTold();
    void whoJoinsWithinATickGetsWhatTheOthersHave();
    void roleThatCannotBeEncodedIsNil();
    void modelWithoutRolesOfItsOwnHasDisplay();
    void newRolesTellEverythingAgain();
    void resetIsTheDifferenceIfRowsHaveKeys();
    void lostSessionIsTheDifferenceIfRowsHaveKeys();
    void hiddenRowsAreNotTold();
    void randomWalkEndsEqual_data();
    void randomWalkEndsEqual();
    void randomWalkOfWhatIsVisibleEndsEqual();

    void firstMessageOverTheLimitsComesInParts_data();
    void firstMessageOverTheLimitsComesInParts();
    void changeOverTheLimitsComesInParts_data();
    void changeOverTheLimitsComesInParts();
    void propertiesOverTheLimitsComeInPartsAndChangeTogether();
    void valueThatIsTooLargeAloneIsLeftOut();
    void firstMessageAfterAPartBeginsAnew();
    void partsThatAreOutOfStepAreNotSeen();

    void replicaWithoutTheFirstMessageIsNotReady();
    void endMakesItNotReadyAndKeepsItsValues();
    void malformedMessagesAreNotTaken_data();
    void malformedMessagesAreNotTaken();
    void changeOfARowThatDoesNotExistIsOutOfStep_data();
    void changeOfARowThatDoesNotExistIsOutOfStep();
    void unobservedStatesAreBounded();
};

void tst_State::firstTellsEveryPropertyWithASignal()
{
    World world;
    Pair<SharedObject> pair(&world);
    const QVariantMap whole = wire(pair.source.whole(nullptr));
    QCOMPARE(whole[u"full"_s], QVariant(true));
    const QVariantMap expected = {
        {u"score"_s, 0LL},
        {u"title"_s, u"first"_s},
        {u"size"_s, QVariant::fromValue(nullptr)},
        {u"weather"_s, 0LL},
        {u"flag"_s, QVariantMap{{u"x"_s, 0LL}, {u"y"_s, 0LL}}},
        {u"nested"_s, QVariantMap{{u"list"_s, QVariantList{1LL, u"a"_s}}}}};
    QCOMPARE(whole[u"set"_s].toMap(), expected);
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Object);
    QCOMPARE(pair.state->values.values(), expected);
}

void tst_State::changesAreToldOnceHoweverOftenTheyHappened()
{
    World world;
    Pair<SharedObject> pair(&world);
    const QSignalSpy marked(&pair.source, &StateSource::marked);
    for (int i = 1; i <= 100; ++i) {
        world.score = i;
        Q_EMIT world.scoreChanged();
    }
    QCOMPARE(marked.count(), 1);
    QCOMPARE(pair.tick(), (QVariantMap{{u"set"_s, QVariantMap{{u"score"_s, 100}}}}));
    QCOMPARE(pair.state->values.values()[u"score"_s], QVariant(100LL));
    QVERIFY(pair.tick().isEmpty());
}

void tst_State::valueThatIsWhatWasSentLastIsNotSent()
{
    World world;
    Pair<SharedObject> pair(&world);
    world.score = 1;
    Q_EMIT world.scoreChanged();
    world.score = 0;
    Q_EMIT world.scoreChanged();
    Q_EMIT world.changed();
    QVERIFY(pair.tick().isEmpty());
    world.flag.x = 3;
    Q_EMIT world.changed();
    const QVariantMap set = pair.tick()[u"set"_s].toMap();
    QCOMPARE(set.keys(), QStringList{u"flag"_s});
}

void tst_State::onlyWhatASignalTellsOfIsRead()
{
    Ledger ledger;
    Pair<SharedObject> pair(&ledger);
    QCOMPARE(std::exchange(ledger.reads, {}), (QStringList{u"sum"_s, u"first"_s, u"second"_s}));
    Q_EMIT ledger.sumChanged();
    Q_EMIT ledger.sumChanged();
    QVERIFY(pair.tick().isEmpty());
    QCOMPARE(std::exchange(ledger.reads, {}), QStringList{u"sum"_s});
    Q_EMIT ledger.partsChanged();
    QVERIFY(pair.tick().isEmpty());
    QCOMPARE(std::exchange(ledger.reads, {}), (QStringList{u"first"_s, u"second"_s}));
    QVERIFY(pair.tick().isEmpty());
    QVERIFY(ledger.reads.isEmpty());
}

void tst_State::whatReadingTellsOfComesWithTheNextTick()
{
    Ledger ledger;
    Pair<SharedObject> pair(&ledger);
    const QSignalSpy marked(&pair.source, &StateSource::marked);
    ledger.isOutdated = true;
    Q_EMIT ledger.sumChanged();
    QCOMPARE(pair.tick()[u"set"_s].toMap(), (QVariantMap{{u"sum"_s, 2}}));
    QCOMPARE(marked.count(), 2); // somebody must collect again
    QCOMPARE(pair.tick()[u"set"_s].toMap(), (QVariantMap{{u"first"_s, 1}, {u"second"_s, 1}}));
    QVERIFY(pair.tick().isEmpty());
}

void tst_State::whatCannotBeEncodedIsLeftOutWithOneWarning()
{
    World world;
    world.size = QVariant::fromValue(Unknown{});
    const Warnings warnings;
    Pair<SharedObject> pair(&world);
    for (int i = 2; i < 5; ++i) {
        world.size = QVariant::fromValue(Unknown{i});
        Q_EMIT world.changed();
        QVERIFY(pair.tick().isEmpty());
    }
    QCOMPARE(Warnings::texts(),
             QStringList{u"a value of s is not shared: size: Unknown has no MessagePack form"_s});
    QVERIFY(!pair.state->values.values().contains(u"size"_s));
}

void tst_State::typesWithAConverterAreShared()
{
    QMetaType::registerConverter<Card, SharedValue>(
        [](const Card &card) { return SharedValue{QVariantList{card.rank}}; });
    World world;
    Pair<SharedObject> pair(&world);
    world.size = QVariant::fromValue(Card{7});
    Q_EMIT world.changed();
    pair.tick();
    QCOMPARE(pair.state->values.values()[u"size"_s], QVariant(QVariantList{7LL}));
    Q_EMIT world.changed();
    QVERIFY(pair.tick().isEmpty());
}

void tst_State::destroyedObjectIsGone()
{
    auto world = std::make_unique<World>();
    Pair<SharedObject> pair(world.get());
    const QSignalSpy gone(&pair.source, &StateSource::gone);
    world.reset();
    QCOMPARE(gone.count(), 1);
    QVERIFY(!pair.source.isReachable());
    QVERIFY(pair.tick().isEmpty());
}

using Change = void (*)(Numbers &);

void tst_State::rowsAreTranslated_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("log");
    const auto add = [](const char *name, Change change, const QStringList &log) {
        QTest::newRow(name) << change << log;
    };
    add("insert", [](Numbers &n) { n.insert(2, 2); }, {u"insert 2 3"_s});
    add("remove", [](Numbers &n) { n.remove(1, 3); }, {u"remove 1 3"_s});
    add("move down", [](Numbers &n) { n.move(0, 1, 3); }, {u"move 0 0 3"_s});
    add("move up", [](Numbers &n) { n.move(4, 1, 0); }, {u"move 4 4 0"_s});
    add("move several", [](Numbers &n) { n.move(0, 2, 5); }, {u"move 0 1 5"_s});
    add("set", [](Numbers &n) { n.set(3, 77); }, {u"changed 3: 1"_s});
    add("set all roles", [](Numbers &n) { n.set(3, 77, {}); }, {u"changed 3: 1"_s});
    add("set another role", [](Numbers &n) { n.set(3, n.rows[3].value, {300}); }, {});
    add("set to the same", [](Numbers &n) { n.set(3, n.rows[3].value); }, {});
    add("insert and set",
        [](Numbers &n) {
            n.insert(0, 1);
            n.set(0, 50);
            n.set(3, 51);
        },
        {u"insert 0 0"_s, u"changed 3: 1"_s});
    add("set and move",
        [](Numbers &n) {
            n.set(0, 50);
            n.move(0, 1, 5);
        },
        {u"move 0 0 5"_s, u"changed 4: 1"_s});
    add("sort",
        [](Numbers &n) {
            n.sortBy([](const auto &a, const auto &b) { return a.id == 2 && b.id != 2; });
        },
        {u"move 3 3 0"_s});
    add("reset", [](Numbers &n) { n.reset([&n] { n.rows.pop_back(); }); }, {u"reset"_s});
}

void tst_State::rowsAreTranslated()
{
    QFETCH(const Change, change);
    QFETCH(const QStringList, log);
    Numbers numbers;
    numbers.insert(0, 5);
    ModelPair pair(&numbers, QString());
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror);
    change(numbers);
    pair.tick();
    QCOMPARE(mirror.log, log);
    QVERIFY(isEqual(pair, numbers));
    QVERIFY(pair.tick().isEmpty());
}

void tst_State::changedRowsAreOneListForTheWireAndForReaders()
{
    QStandardItemModel model(3, 1);
    model.setItemRoleNames({{Qt::UserRole, "text"}, {Qt::UserRole + 1, "nested"}});
    ModelPair pair(&model, u""_s);
    const QVariantList nested{1, QVariantMap{{u"x"_s, 0.5f}}};
    const auto set = [&](int row, int role, const QVariant &value) {
        QVERIFY(model.setData(model.index(row, 0), value, Qt::UserRole + role));
    };
    set(2, 0, u"c"_s);
    set(0, 0, u"a"_s);
    set(0, 1, nested);
    pair.source.collect({});
    const QVariantMap fields = pair.source.change(nullptr);
    const QVariantList expected{
        QVariant(QVariantList{u"set"_s, 0,
                              QVariantMap{{u"text"_s, u"a"_s}, {u"nested"_s, QVariant(nested)}}}),
        QVariant(QVariantList{u"set"_s, 2, QVariantMap{{u"text"_s, u"c"_s}}})};
    QCOMPARE(StreamedList::expanded(fields)[u"changes"_s].toList(), expected);
    QCOMPARE(wire(fields), wire({{u"changes"_s, expected}}));

    // What was reported does not change with later changes.
    set(0, 0, u"other"_s);
    pair.source.collect({});
    QCOMPARE(wire(fields), wire({{u"changes"_s, expected}}));
}

void tst_State::rowThatComesAndGoesWithinATickIsNotTold()
{
    Numbers numbers;
    numbers.insert(0, 5);
    ModelPair pair(&numbers, QString());
    numbers.insert(2, 3);
    numbers.remove(2, 3);
    numbers.move(0, 1, 3);
    numbers.move(2, 1, 0);
    QVERIFY(pair.tick().isEmpty());
}

void tst_State::whoJoinsWithinATickGetsWhatTheOthersHave()
{
    Numbers numbers;
    numbers.insert(0, 5);
    ModelPair pair(&numbers, QString());
    numbers.remove(1, 2);
    numbers.insert(0, 1);
    numbers.set(1, 99);
    Replicas late([](const QString &, qint64) {});
    late.take(wire(pair.source.whole(nullptr)));
    QCOMPARE(late.find(u"s"_s)->rows.count(), 5);
    late.take(wire(pair.tick()));
    QVERIFY(isEqual(pair, numbers));
    const auto state = late.find(u"s"_s);
    QCOMPARE(state->rows.count(), pair.state->rows.count());
    for (int row = 0; row < state->rows.count(); ++row)
        QCOMPARE(state->rows.value(row, 2), pair.state->rows.value(row, 2));
}

void tst_State::roleThatCannotBeEncodedIsNil()
{
    QStandardItemModel model;
    model.setItemRoleNames({{Qt::UserRole, "good"}, {Qt::UserRole + 1, "bad"}});
    const Warnings warnings;
    for (int i = 0; i < 3; ++i) {
        auto *const item = new QStandardItem;
        item->setData(i, Qt::UserRole);
        item->setData(QVariant::fromValue(Unknown{i}), Qt::UserRole + 1);
        model.appendRow(item);
    }
    ModelPair pair(&model, QString());
    QCOMPARE(pair.state->rows.count(), 3);
    QCOMPARE(pair.state->rows.value(2, 0), QVariant(2LL));
    QVERIFY(pair.state->rows.value(2, 1).isNull());
    QCOMPARE(Warnings::texts(),
             QStringList{u"a value of s is not shared: bad: Unknown has no MessagePack form"_s});
}

void tst_State::modelWithoutRolesOfItsOwnHasDisplay()
{
    QStringListModel model({u"a"_s, u"b"_s});
    ModelPair pair(&model, QString());
    QCOMPARE(pair.state->rows.roles(), QStringList{u"display"_s});
    model.setData(model.index(1), u"c"_s);
    QCOMPARE(pair.tick()[u"changes"_s].toList().size(), 1);
    QCOMPARE(pair.state->rows.value(1, 0), QVariant(u"c"_s));
}

void tst_State::newRolesTellEverythingAgain()
{
    QStandardItemModel model;
    model.appendRow(new QStandardItem);
    model.setItemRoleNames({{Qt::UserRole, "a"}});
    ModelPair pair(&model, QString());
    model.setItemRoleNames({{Qt::UserRole, "a"}, {Qt::UserRole + 1, "b"}});
    model.item(0)->setData(7, Qt::UserRole + 1);
    QCOMPARE(pair.tick()[u"full"_s], QVariant(true));
    QCOMPARE(pair.state->rows.roles(), (QStringList{u"a"_s, u"b"_s}));
    QCOMPARE(pair.state->rows.value(0, 1), QVariant(7LL));
}

void tst_State::resetIsTheDifferenceIfRowsHaveKeys()
{
    Numbers numbers;
    numbers.insert(0, 5);
    ModelPair pair(&numbers, u"id"_s);
    Mirror mirror(pair.state);
    numbers.reset([&] {
        numbers.rows.erase(numbers.rows.begin());
        numbers.rows[2].value = 50;
    });
    pair.tick();
    QCOMPARE(mirror.log, (QStringList{u"remove 0 0"_s, u"changed 2: 1"_s}));
    QVERIFY(isEqual(pair, numbers));
}

void tst_State::lostSessionIsTheDifferenceIfRowsHaveKeys()
{
    Numbers numbers;
    numbers.insert(0, 5);
    ModelPair pair(&numbers, u"id"_s);
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror);
    pair.replicas.expire();
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Unknown);
    QCOMPARE(pair.state->rows.count(), 5);
    numbers.move(4, 1, 0);
    numbers.set(1, 44);
    pair.source.collect({});
    pair.replicas.take(wire(pair.source.whole(nullptr)));
    QCOMPARE(mirror.log,
             (QStringList{u"not ready"_s, u"move 4 4 0"_s, u"changed 1: 1"_s, u"ready"_s}));
    QVERIFY(isEqual(pair, numbers));
}

void tst_State::hiddenRowsAreNotTold()
{
    Numbers numbers;
    numbers.insert(0, 4);
    ModelPair pair(&numbers, QString());
    Mirror mirror(pair.state);
    int hidden = 1;
    pair.source.setVisible([&hidden](const Channel *, int row) { return row != hidden; });
    QVERIFY(!pair.source.isForAll());
    pair.tick();
    QVERIFY(isEqual(pair, numbers, [&](int row) { return row != hidden; }));
    mirror.log.clear();
    numbers.set(1, 70);
    QVERIFY(pair.tick().isEmpty());
    hidden = 3;
    pair.tick();
    QCOMPARE(mirror.log, (QStringList{u"remove 2 2"_s, u"insert 1 1"_s}));
    QVERIFY(isEqual(pair, numbers, [&](int row) { return row != hidden; }));
    pair.source.forget(nullptr);
    QCOMPARE(pair.tick()[u"full"_s], QVariant(true));
}

void tst_State::randomWalkEndsEqual_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("maximumValues");
    QTest::addColumn<int>("steps");
    QTest::newRow("without keys") << QString() << 100'000 << 10'000;
    QTest::newRow("with keys") << u"id"_s << 100'000 << 10'000;
    QTest::newRow("in parts") << QString() << 25 << 2'000;
    QTest::newRow("in parts, with keys") << u"id"_s << 25 << 2'000;
}

void tst_State::randomWalkEndsEqual()
{
    QFETCH(const QString, key);
    QFETCH(const int, maximumValues);
    QFETCH(const int, steps);
    Numbers numbers;
    ModelPair pair(&numbers, key);
    pair.limits.values = maximumValues;
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QRandomGenerator random(11);
    for (int i = 0; i < steps; ++i) {
        step(numbers, random);
        if (random.bounded(4) == 0) {
            pair.tick();
            QVERIFY(isEqual(pair, numbers));
        }
    }
    pair.tick();
    QVERIFY(isEqual(pair, numbers));
    QVERIFY(mirror.log.contains(u"reset"_s) == key.isEmpty());
}

void tst_State::randomWalkOfWhatIsVisibleEndsEqual()
{
    Numbers numbers;
    ModelPair pair(&numbers, QString());
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto isVisible = [&](int row) { return numbers.rows[size_t(row)].value % 2 == 0; };
    pair.source.setVisible([&](const Channel *, int row) { return isVisible(row); });
    QRandomGenerator random(12);
    for (int i = 0; i < 10'000; ++i) {
        step(numbers, random);
        if (random.bounded(4) == 0) {
            pair.tick();
            QVERIFY(isEqual(pair, numbers, isVisible));
        }
    }
}

void tst_State::firstMessageOverTheLimitsComesInParts_data()
{
    QTest::addColumn<qint64>("maximumSize");
    QTest::addColumn<int>("maximumValues");
    QTest::newRow("values") << qint64(1'000'000) << 60;
    QTest::newRow("bytes") << qint64(200) << 100'000;
    QTest::newRow("a row each") << qint64(1'000'000) << 20;
}

//! Rows are still matched by their keys, so nothing flickers.
void tst_State::firstMessageOverTheLimitsComesInParts()
{
    QFETCH(const qint64, maximumSize);
    QFETCH(const int, maximumValues);
    Numbers numbers;
    numbers.insert(0, 100);
    ModelPair pair(&numbers, u"id"_s);
    pair.limits.frameSize = maximumSize;
    pair.limits.values = maximumValues;
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror);
    pair.replicas.expire();
    numbers.move(99, 1, 0);
    numbers.remove(40, 20);
    pair.source.collect({});
    pair.take(pair.source.whole(nullptr));
    QVERIFY(pair.isComplete && pair.messages > 4);
    QVERIFY(isEqual(pair, numbers));
    QCOMPARE(mirror.log,
             (QStringList{u"not ready"_s, u"remove 39 58"_s, u"move 79 79 0"_s, u"ready"_s}));

    ModelPair other(&numbers, QString());
    Replicas late([](const QString &, qint64) {});
    const auto state = late.find(u"s"_s);
    Mirror lateMirror(state);
    const StateParts parts =
        StateParts::of(other.source.whole(nullptr), [](const QVariantMap &part) {
            return part[u"rows"_s].toList().size() < 30
                && part[u"changes"_s].toList().value(0).toList().value(2).toList().size() < 30;
        });
    for (const QVariantMap &part : parts.messages) {
        QCOMPARE(lateMirror.log, QStringList()); // not even a part is visible
        late.take(wire(part));
    }
    QCOMPARE(lateMirror.log, (QStringList{u"reset"_s, u"ready"_s}));
    QCOMPARE(state->rows.count(), 80);
}

void tst_State::changeOverTheLimitsComesInParts_data()
{
    QTest::addColumn<Change>("change");
    const auto add = [](const char *name, Change change) { QTest::newRow(name) << change; };
    add("insert", [](Numbers &n) { n.insert(50, 200); });
    add("set", [](Numbers &n) {
        for (int row = 0; row < 100; ++row)
            n.set(row, 1'000 + row, {});
    });
    add("insert, remove and set", [](Numbers &n) {
        n.remove(0, 20);
        n.insert(10, 100);
        for (int row = 0; row < 50; ++row)
            n.set(row, 1'000 + row);
        n.move(0, 5, 60);
    });
    add("reset", [](Numbers &n) { n.reset([&n] { n.rows.pop_back(); }); });
}

void tst_State::changeOverTheLimitsComesInParts()
{
    QFETCH(const Change, change);
    Numbers numbers;
    numbers.insert(0, 100);
    ModelPair pair(&numbers, QString());
    pair.limits.values = 60;
    Mirror mirror(pair.state);
    const QAbstractItemModelTester tester(&mirror);
    change(numbers);
    pair.tick();
    QVERIFY(pair.isComplete && pair.messages > 4);
    QVERIFY(isEqual(pair, numbers));
    QVERIFY(!mirror.log.contains(u"not ready"_s));
}

void tst_State::propertiesOverTheLimitsComeInPartsAndChangeTogether()
{
    class Watcher final : public ReplicaObserver
    {
    public:
        void changed(const QStringList &names) override { told << names; }
        void readyChanged() override { }
        QList<QStringList> told;
    } watcher;
    World world;
    Pair<SharedObject> pair(&world);
    pair.state->observers.add(&watcher);
    pair.limits.frameSize = 70;
    pair.replicas.expire();
    pair.take(pair.source.whole(nullptr));
    QVERIFY(pair.isComplete && pair.messages > 1);
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Object);
    QCOMPARE(pair.state->values.values(), wire(pair.source.whole(nullptr))[u"set"_s].toMap());
    QCOMPARE(watcher.told, QList<QStringList>()); // these were known before the line was lost

    world.title = u"a title of thirty-two characters"_s;
    world.weather = World::Weather::Rain;
    world.flag = {1, 2};
    Q_EMIT world.changed();
    pair.tick();
    pair.state->observers.remove(&watcher);
    QVERIFY(pair.isComplete && pair.messages > 1);
    QCOMPARE(watcher.told, QList<QStringList>{(QStringList{u"flag"_s, u"title"_s, u"weather"_s})});
}

void tst_State::valueThatIsTooLargeAloneIsLeftOut()
{
    World world;
    Pair<SharedObject> pair(&world);
    pair.limits.frameSize = 100;
    world.title = QString(200, u'x');
    world.score = 3;
    Q_EMIT world.changed();
    Q_EMIT world.scoreChanged();
    pair.tick();
    QVERIFY(!pair.isComplete);
    QCOMPARE(pair.state->values.values()[u"title"_s], QVariant(u"first"_s));
    QCOMPARE(pair.state->values.values()[u"score"_s], QVariant(3LL));
    pair.take(pair.source.whole(nullptr));
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Object);
    QVERIFY(!pair.state->values.values().contains(u"title"_s));

    QStringListModel texts({u"a"_s, QString(200, u'x'), u"c"_s});
    ModelPair rows(&texts, QString());
    rows.limits.frameSize = 100;
    rows.take(rows.source.whole(nullptr));
    QVERIFY(!rows.isComplete);
    QCOMPARE(rows.state->rows.count(), 3);
    QVERIFY(rows.state->rows.value(1, 0).isNull());
    QCOMPARE(rows.state->rows.value(2, 0), QVariant(u"c"_s));
    texts.setStringList({u"a"_s, u"b"_s, u"d"_s});
    rows.tick();
    QCOMPARE(rows.state->rows.value(1, 0), QVariant(u"b"_s));
    texts.setData(texts.index(2), QString(200, u'y'));
    rows.tick();
    QVERIFY(!rows.isComplete);
    QCOMPARE(rows.state->rows.value(2, 0), QVariant(u"d"_s));
}

void tst_State::firstMessageAfterAPartBeginsAnew()
{
    Replicas replicas([](const QString &, qint64) {});
    const auto state = replicas.find(u"s"_s);
    const Mirror mirror(state); // so that it is not forgotten
    const auto part = [](bool isFull, const QString &name, bool isPart) {
        return wire({{isFull ? u"full"_s : u"later"_s, true},
                     {u"set"_s, QVariantMap{{name, 1}}},
                     {u"more"_s, isPart}});
    };
    replicas.take(part(true, u"old"_s, true));
    replicas.take(part(true, u"a"_s, true));
    QCOMPARE(state->kind, ReplicaState::Kind::Unknown);
    replicas.take(part(false, u"b"_s, false));
    QCOMPARE(state->kind, ReplicaState::Kind::Object);
    QCOMPARE(state->values.values().keys(), (QStringList{u"a"_s, u"b"_s}));
    replicas.take(part(true, u"old"_s, true));
    replicas.take(wire({{u"end"_s, true}}));
    replicas.take(part(false, u"c"_s, false));
    QCOMPARE(state->kind, ReplicaState::Kind::Unknown);
    replicas.take(part(true, u"old"_s, true));
    replicas.expire();
    replicas.take(part(false, u"c"_s, false));
    QCOMPARE(state->kind, ReplicaState::Kind::Unknown);
}

void tst_State::partsThatAreOutOfStepAreNotSeen()
{
    Replicas replicas([](const QString &, qint64) {});
    const auto state = replicas.find(u"s"_s);
    Mirror mirror(state);
    const QVariantMap first = {{u"full"_s, true},
                               {u"roles"_s, QVariantList{u"a"_s}},
                               {u"rows"_s, QVariantList{QVariant(QVariantList{1})}},
                               {u"more"_s, true}};
    const auto set = [](int row) {
        const QVariantList change = {u"set"_s, row, QVariantMap{{u"a"_s, 2}}};
        return wire({{u"changes"_s, QVariantList{QVariant(change)}}});
    };
    const Warnings warnings;
    replicas.take(wire(first));
    replicas.take(set(1));
    QCOMPARE(state->kind, ReplicaState::Kind::Unknown);
    QCOMPARE(mirror.log, QStringList());
    QCOMPARE(Warnings::texts().size(), 1);
    replicas.take(wire(first));
    replicas.take(set(0));
    QCOMPARE(mirror.log, (QStringList{u"reset"_s, u"ready"_s}));
    QCOMPARE(state->rows.value(0, 0), QVariant(2LL));
}

void tst_State::replicaWithoutTheFirstMessageIsNotReady()
{
    Replicas replicas([](const QString &, qint64) {});
    QVERIFY(!replicas.take(wire({{u"set"_s, QVariantMap{{u"a"_s, 1}}}})));
    const auto state = replicas.find(u"s"_s);
    QCOMPARE(state->kind, ReplicaState::Kind::Unknown);
    QVERIFY(state->values.values().isEmpty());
}

void tst_State::endMakesItNotReadyAndKeepsItsValues()
{
    World world;
    Pair<SharedObject> pair(&world);
    pair.replicas.take(wire({{u"end"_s, true}}));
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Unknown);
    QCOMPARE(pair.state->values.values()[u"title"_s], QVariant(u"first"_s));
}

void tst_State::malformedMessagesAreNotTaken_data()
{
    QTest::addColumn<QVariantMap>("fields");
    const QVariantList row = {0, 1, u"x"_s};
    const auto changes = [](const QVariantList &change) {
        return QVariantMap{{u"changes"_s, QVariantList{QVariant(change)}}};
    };
    QTest::newRow("set is no map") << QVariantMap{{u"set"_s, 5}};
    QTest::newRow("rows are no list") << QVariantMap{{u"rows"_s, 5}, {u"roles"_s, QVariantList()}};
    QTest::newRow("row is no list")
        << QVariantMap{{u"rows"_s, QVariantList{5}}, {u"roles"_s, QVariantList()}};
    QTest::newRow("no roles") << QVariantMap{{u"rows"_s, QVariantList()}};
    QTest::newRow("role is no text")
        << QVariantMap{{u"rows"_s, QVariantList()}, {u"roles"_s, QVariantList{1}}};
    QTest::newRow("role twice") << QVariantMap{{u"rows"_s, QVariantList()},
                                               {u"roles"_s, QVariantList{u"a"_s, u"a"_s}}};
    QTest::newRow("changes are no list") << QVariantMap{{u"changes"_s, u"x"_s}};
    QTest::newRow("empty change") << changes({});
    QTest::newRow("unknown change") << changes({u"swap"_s, 0, 1});
    QTest::newRow("negative row") << changes({u"remove"_s, -1, 1});
    QTest::newRow("row is no integer") << changes({u"remove"_s, 0.5, 1});
    QTest::newRow("row is huge") << changes({u"remove"_s, qint64(1) << 40, 1});
    QTest::newRow("insert without rows") << changes({u"insert"_s, 0});
    QTest::newRow("set without values") << changes({u"set"_s, 0, 5});
    QTest::newRow("move without target") << changes({u"move"_s, 0, 1});
}

void tst_State::malformedMessagesAreNotTaken()
{
    QFETCH(const QVariantMap, fields);
    Numbers numbers;
    numbers.insert(0, 3);
    ModelPair pair(&numbers, QString());
    Mirror mirror(pair.state);
    QVERIFY(!pair.replicas.take(wire(fields)));
    QVERIFY(mirror.log.isEmpty());
    QVERIFY(!pair.replicas.take({}));
}

void tst_State::changeOfARowThatDoesNotExistIsOutOfStep_data()
{
    QTest::addColumn<QVariantList>("change");
    QTest::newRow("insert") << QVariantList{u"insert"_s, 4, QVariantList{QVariant(QVariantList{})}};
    QTest::newRow("remove") << QVariantList{u"remove"_s, 2, 2};
    QTest::newRow("remove past int") << QVariantList{u"remove"_s, 2, 2'147'483'647};
    QTest::newRow("move from") << QVariantList{u"move"_s, 2, 2, 0};
    QTest::newRow("move to") << QVariantList{u"move"_s, 0, 1, 3};
    QTest::newRow("set") << QVariantList{u"set"_s, 3, QVariantMap{{u"value"_s, 1}}};
}

void tst_State::changeOfARowThatDoesNotExistIsOutOfStep()
{
    QFETCH(const QVariantList, change);
    Numbers numbers;
    numbers.insert(0, 3);
    ModelPair pair(&numbers, QString());
    const Warnings warnings;
    pair.replicas.take(wire({{u"changes"_s, QVariantList{QVariant(change)}}}));
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Unknown);
    QCOMPARE(pair.state->rows.count(), 3);
    QCOMPARE(Warnings::texts().size(), 1);
    pair.replicas.take(wire(pair.source.whole(nullptr)));
    QCOMPARE(pair.state->kind, ReplicaState::Kind::Model);
}

void tst_State::unobservedStatesAreBounded()
{
    Replicas replicas([](const QString &, qint64) {});
    for (int i = 0; i < 2 * int(Replicas::maximum); ++i)
        replicas.take(wire({{u"full"_s, true}, {u"set"_s, QVariantMap()}}, QString::number(i)));
    QCOMPARE(replicas.find(u"0"_s)->kind, ReplicaState::Kind::Object);
    QCOMPARE(replicas.find(QString::number(Replicas::maximum + 1))->kind,
             ReplicaState::Kind::Unknown);
}

QTEST_GUILESS_MAIN(tst_State)
#include "tst_state.moc"
