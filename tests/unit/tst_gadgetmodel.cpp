// SPDX-License-Identifier: MIT
#include <QRepod/GadgetModel>

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <algorithm>
#include <random>

namespace {

struct Thing
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)

public:
    int id = 0;
};

struct Ship : Thing
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(int hull MEMBER hull)

public:
    Ship(int id, const QString &name = {}, int hull = 100)
        : Thing{id}
        , name(name)
        , hull(hull)
    {
    }

    QString name;
    int hull;
};

//! Returns what the model has for \a role.
QVariantList column(const QAbstractItemModel &model, const QByteArray &role)
{
    QVariantList values;
    for (int row = 0; row < model.rowCount(); ++row)
        values.append(model.index(row, 0).data(model.roleNames().key(role)));
    return values;
}

} // namespace

//! A list of gadgets as a model.
class tst_GadgetModel : public QObject
{
    Q_OBJECT

private slots:
    void rolesAreThePropertiesOfTheGadgetAndItsBases();
    void whatDiffersIsTold();
    void sameRowsChangeNothing();
    void keysMayStandTwice();
    void randomListsEndEqual();
};

void tst_GadgetModel::rolesAreThePropertiesOfTheGadgetAndItsBases()
{
    QRepod::GadgetModel<Ship> ships("id");
    ships.setRows({{1, "Ada", 75}, {2, "Grace"}});
    QStringList names;
    for (const QByteArray &name : ships.roleNames())
        names.append(name);
    names.sort();
    QCOMPARE(names, (QStringList{"hull", "id", "name"}));
    QCOMPARE(column(ships, "id"), (QVariantList{1, 2}));
    QCOMPARE(column(ships, "name"), (QVariantList{"Ada", "Grace"}));
    QCOMPARE(column(ships, "hull"), (QVariantList{75, 100}));
    QCOMPARE(ships.rows().size(), 2);
    QVERIFY(!ships.data(ships.index(2), Qt::UserRole + 1).isValid());
    QVERIFY(!ships.data(ships.index(0), Qt::DisplayRole).isValid());
}

void tst_GadgetModel::whatDiffersIsTold()
{
    QRepod::GadgetModel<Ship> ships("id");
    ships.setRows({{1}, {2}, {3}, {4}});
    const QSignalSpy inserted(&ships, &QAbstractItemModel::rowsInserted);
    const QSignalSpy removed(&ships, &QAbstractItemModel::rowsRemoved);
    const QSignalSpy moved(&ships, &QAbstractItemModel::rowsMoved);
    const QSignalSpy changed(&ships, &QAbstractItemModel::dataChanged);
    ships.setRows({{4}, {1, "Ada"}, {3}, {5}});
    QCOMPARE(column(ships, "id"), (QVariantList{4, 1, 3, 5}));
    QCOMPARE(removed.size(), 1);
    QCOMPARE(removed[0][1], 1);
    QCOMPARE(moved.size(), 1);
    QCOMPARE(inserted.size(), 1);
    QCOMPARE(inserted[0][1], 3);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex().row(), 1);
    QCOMPARE(changed[0][2].value<QList<int>>(), QList<int>{ships.roleNames().key("name")});
}

void tst_GadgetModel::sameRowsChangeNothing()
{
    QRepod::GadgetModel<Ship> ships("id");
    const QList<Ship> rows{{1, "Ada"}, {2, "Grace", 50}};
    ships.setRows(rows);
    const QSignalSpy changed(&ships, &QAbstractItemModel::dataChanged);
    const QSignalSpy inserted(&ships, &QAbstractItemModel::rowsInserted);
    ships.setRows(rows);
    QVERIFY(changed.isEmpty());
    QVERIFY(inserted.isEmpty());
}

void tst_GadgetModel::keysMayStandTwice()
{
    QRepod::GadgetModel<Ship> ships("id");
    const QAbstractItemModelTester tester(&ships);
    ships.setRows({{1, "a"}, {1, "b"}, {1, "c"}});
    QCOMPARE(column(ships, "name"), (QVariantList{"a", "b", "c"}));
    ships.setRows({{2, "d"}, {1, "e"}});
    QCOMPARE(column(ships, "name"), (QVariantList{"d", "e"}));
    ships.setRows({});
    QCOMPARE(ships.rowCount(), 0);
}

void tst_GadgetModel::randomListsEndEqual()
{
    std::mt19937 random(1);
    QRepod::GadgetModel<Ship> ships("id");
    const QAbstractItemModelTester tester(&ships);
    for (int round = 0; round < 300; ++round) {
        QList<Ship> rows;
        QVariantList ids;
        QVariantList hulls;
        for (int id = 0; id < 12; ++id) {
            if (random() % 3 != 0)
                rows.append({id, {}, int(random() % 3)});
        }
        if (random() % 2 == 0)
            std::shuffle(rows.begin(), rows.end(), random);
        for (const Ship &ship : rows) {
            ids.append(ship.id);
            hulls.append(ship.hull);
        }
        ships.setRows(rows);
        QCOMPARE(column(ships, "id"), ids);
        QCOMPARE(column(ships, "hull"), hulls);
    }
}

QTEST_APPLESS_MAIN(tst_GadgetModel)

#include "tst_gadgetmodel.moc"
