// SPDX-License-Identifier: MIT
#include "dispatch/handler.h"

#include "dispatch/conversion.h"
#include "protocol/fields.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>

namespace QRepod {

Q_LOGGING_CATEGORY(dispatchLog, "qrepod.dispatch", QtWarningMsg)

namespace {

//! One bit for each field that a method takes.
using FieldSet = quint64;
constexpr qsizetype maximumFields = 64;

QMetaType parameterType(const QMetaMethod &method, int parameter)
{
    const QMetaType type = method.parameterMetaType(parameter);
    // moc leaves out a type that was incomplete in its header; it may be registered by name.
    return type.isValid() ? type : QMetaType(method.parameterType(parameter));
}

QByteArray withArticle(QByteArray noun)
{
    return noun.prepend(QByteArrayView("aeioAEIO").contains(noun.front()) ? "an " : "a ");
}

//! Whether \a key is \a name: settled here, as names are too short for a call.
bool isSame(const QByteArray &name, QByteArrayView key)
{
    if (name.size() != key.size())
        return false;
    const char *const bytes = name.constData();
    qsizetype i = 0;
    while (i < key.size() && bytes[i] == key[i])
        ++i;
    return i == key.size();
}

//! Raw memory for the arguments of a call: a part of this object, thus of the stack, if that is
/// enough.
class Memory
{
public:
    Memory(size_t size, size_t alignment)
        : m_alignment(std::align_val_t(alignment))
    {
        if (size > sizeof m_local || alignment > alignof(std::max_align_t))
            m_start = static_cast<std::byte *>(::operator new(size, m_alignment));
    }
    ~Memory()
    {
        if (m_start != m_local)
            ::operator delete(m_start, m_alignment);
    }
    Q_DISABLE_COPY_MOVE(Memory)

    void *at(size_t offset) { return m_start + offset; }

private:
    const std::align_val_t m_alignment;
    std::byte *m_start = m_local;
    alignas(std::max_align_t) std::byte m_local[256];
};

} // namespace

//! One method, and what its parameters are filled from.
class Handler::Method
{
public:
    Method(const QMetaMethod &method, int optional, Leading leading);

    //! Why no message can ever call it; empty if one can.
    QByteArray fault() const { return m_fault; }

    //! Returns false, and calls nothing, if \a message does not fit.
    bool call(QObject *object, const Message &message, QObject *sender) const;

    QByteArray mismatch(const Message &message, const QObject *sender) const;

private:
    friend class Arguments;

    enum class Form { Nothing, Map, Variant, Gadget, Fields };

    //! A field that fills a parameter, or in Form::Gadget a property of the only parameter.
    struct Field
    {
        QByteArray name;
        QByteArray typeName;
        QMetaType type;         ///< of the parameter
        size_t offset = 0;      ///< of the parameter, in the memory of Arguments
        QMetaProperty property; ///< of the gadget
        qsizetype next = none;  ///< the next field in the same slot
    };

    static constexpr qsizetype none = -1;

    //! The field named \a key, or none.
    qsizetype find(QByteArrayView key) const
    {
        qsizetype index = m_slots[slotOf(key)];
        while (index != none && !isSame(m_fields[size_t(index)].name, key))
            index = m_fields[size_t(index)].next;
        return index;
    }

    //! Length and both ends tell the parameters of a method apart well enough.
    static size_t slotOf(QByteArrayView key)
    {
        if (key.isEmpty())
            return 0;
        return (size_t(key.size()) * 7 + uchar(key.front()) + size_t(uchar(key.back())) * 3)
            % slotCount;
    }

    bool takesSender() const { return m_sender.isValid(); }
    bool fitsSender(const QObject *sender) const;

    void takeSender(const QMetaMethod &method);
    void takeProperties(QMetaType gadget);
    void takeParameters(const QMetaMethod &method);
    void addParameter(const QByteArray &name, QMetaType type);
    void fillSlots();
    void invoke(QObject *object, int omitted, void **arguments) const;
    size_t reserve(QMetaType type);

    // What moc wrote for the class that has the method: to call it needs no search through the
    // object's classes. Null for a class that QML made.
    QMetaObject::Data::StaticMetacallFunction m_metacall;
    int m_relativeIndex; // of the method in that class, with all its parameters
    int m_index;         // in the object; with one parameter less it is the next one
    QMetaType m_sender;  // the parameter for the sender, if there is one
    int m_parameters;    // the others, which the message fills
    int m_required;
    Form m_form;
    QMetaType m_gadget;
    std::vector<Field> m_fields;
    static constexpr size_t slotCount = 32;
    std::array<qsizetype, slotCount> m_slots; // the first field in each, or none
    FieldSet m_constructed = 0;               // the parameters that are objects, not plain numbers
    size_t m_size = 0;                        // of the memory for the arguments
    size_t m_alignment = 1;
    QByteArray m_fault;
};

//! The arguments for one call, filled from the fields that FieldReader finds.
///
/// Each is constructed when its field comes; a gadget at once.
class Handler::Arguments
{
public:
    //! \a sender points to the argument for the sender, if the method takes one.
    explicit Arguments(const Method &method, void *sender = nullptr);
    ~Arguments();
    Q_DISABLE_COPY_MOVE(Arguments)

    void read(const Message &message);

    //! The field that is missing or has a value that does not fit; nullptr if there is none.
    const Method::Field *mismatch() const;

    int count() const { return m_isGadget ? 1 : std::countr_one(m_given); }

    //! What QMetaObject::metacall() takes: the return value, which nobody wants, then arguments.
    void **data() { return m_pointers.data(); }

    // The sink of FieldReader.
    bool wants(QByteArrayView key);
    bool field(const Value &value);

private:
    const Method &m_method;
    const bool m_isGadget;
    const size_t m_first; // of the pointers, that of the first field's argument
    size_t m_current = 0;
    FieldSet m_given = 0; // the arguments that are constructed; not for a gadget
    FieldSet m_unfit = 0;
    std::array<void *, 2 + maximumFields> m_pointers;
    Memory m_memory;
};

Handler::Method::Method(const QMetaMethod &method, int optional, Leading leading)
    : m_metacall(method.enclosingMetaObject()->d.static_metacall)
    , m_relativeIndex(method.methodIndex() - method.enclosingMetaObject()->methodOffset())
    , m_index(method.methodIndex())
    , m_parameters(method.parameterCount())
{
    if (leading == Leading::Sender && m_parameters > 0)
        takeSender(method);
    m_required = std::max(m_parameters - optional, 0);
    const QMetaType only =
        m_parameters == 1 ? parameterType(method, takesSender() ? 1 : 0) : QMetaType();
    if (m_parameters == 0) {
        m_form = Form::Nothing;
    } else if (only.id() == QMetaType::QVariantMap) {
        m_form = Form::Map;
    } else if (only.id() == QMetaType::QVariant) {
        m_form = Form::Variant;
    } else if (only.flags() & QMetaType::IsGadget) {
        m_form = Form::Gadget;
        takeProperties(only);
    } else {
        m_form = Form::Fields;
        takeParameters(method);
    }
    fillSlots();
    if (m_fields.size() > maximumFields)
        m_fault = "it takes more than " + QByteArray::number(maximumFields) + " fields";
}

void Handler::Method::takeSender(const QMetaMethod &method)
{
    m_sender = parameterType(method, 0);
    if (m_sender.id() != QMetaType::QVariant && !(m_sender.flags() & QMetaType::PointerToQObject))
        m_fault = "its first parameter is " + withArticle(method.parameterTypeName(0))
            + ", not a pointer to the channel";
    --m_parameters;
}

bool Handler::Method::fitsSender(const QObject *sender) const
{
    return !takesSender() || m_sender.id() == QMetaType::QVariant
        || (sender && sender->metaObject()->inherits(m_sender.metaObject()));
}

void Handler::Method::takeProperties(QMetaType gadget)
{
    m_gadget = gadget;
    if (!isConstructible(gadget)) {
        m_fault = withArticle(gadget.name()) + " cannot be made without arguments";
        return;
    }
    reserve(gadget);
    const QMetaObject *type = gadget.metaObject();
    for (int i = 0; i < type->propertyCount(); ++i) {
        const QMetaProperty property = type->property(i);
        if (property.isWritable())
            m_fields.push_back({property.name(), property.typeName(), {}, 0, property});
    }
}

void Handler::Method::takeParameters(const QMetaMethod &method)
{
    const QByteArrayList names = method.parameterNames();
    for (int i = takesSender() ? 1 : 0; i < method.parameterCount() && m_fault.isEmpty(); ++i) {
        const QMetaType type = parameterType(method, i);
        if (names[i].isEmpty())
            m_fault = "parameter " + QByteArray::number(i + 1) + " has no name";
        else if (!isConstructible(type))
            m_fault = "no field can become " + withArticle(method.parameterTypeName(i));
        else
            addParameter(names[i], type);
    }
}

void Handler::Method::addParameter(const QByteArray &name, QMetaType type)
{
    // Of these a value that fits sets every byte; of a gadget only those of the fields that come.
    const bool isPlain = type.id() < QMetaType::User
        && !(type.flags() & (QMetaType::NeedsConstruction | QMetaType::NeedsDestruction));
    if (!isPlain && m_fields.size() < maximumFields)
        m_constructed |= FieldSet(1) << m_fields.size();
    m_fields.push_back({name, type.name(), type, reserve(type), {}});
}

void Handler::Method::fillSlots()
{
    m_slots.fill(none);
    for (qsizetype i = qsizetype(m_fields.size()) - 1; i >= 0; --i) // the first of two stays first
        m_fields[size_t(i)].next = std::exchange(m_slots[slotOf(m_fields[size_t(i)].name)], i);
}

size_t Handler::Method::reserve(QMetaType type)
{
    const auto alignment = std::max(size_t(type.alignOf()), size_t(1));
    const size_t offset = (m_size + alignment - 1) / alignment * alignment;
    m_size = offset + size_t(type.sizeOf());
    m_alignment = std::max(m_alignment, alignment);
    return offset;
}

bool Handler::Method::call(QObject *object, const Message &message, QObject *sender) const
{
    if (!fitsSender(sender))
        return false;
    std::optional<QVariant> senderVariant;
    void *senderArgument = &sender; // a pointer to a QObject's subclass has the same value
    if (m_sender.id() == QMetaType::QVariant) {
        senderArgument = &senderVariant.emplace(QVariant::fromValue(sender));
    }

    const auto invokeWith = [&](const void *argument) {
        void *const only = const_cast<void *>(argument);
        std::array<void *, 3> arguments = {nullptr, takesSender() ? senderArgument : only, only};
        invoke(object, 0, arguments.data());
        return true; // and nothing else: the object and this method may be gone
    };

    switch (m_form) {
    case Form::Nothing:
        return invokeWith(nullptr);
    case Form::Map:
        return invokeWith(&message.map());
    case Form::Variant: {
        const QVariant whole(message.map());
        return invokeWith(&whole);
    }
    case Form::Gadget:
    case Form::Fields:
        break;
    }
    Arguments arguments(*this, senderArgument);
    arguments.read(message);
    if (arguments.mismatch())
        return false;
    invoke(object, m_parameters - arguments.count(), arguments.data());
    return true;
}

//! Calls the method without the last \a omitted of its parameters, which have default arguments.
void Handler::Method::invoke(QObject *object, int omitted, void **arguments) const
{
    if (m_metacall)
        m_metacall(object, QMetaObject::InvokeMetaMethod, m_relativeIndex + omitted, arguments);
    else
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, m_index + omitted, arguments);
}

//! What does not fit, worked out again: it is asked for once.
QByteArray Handler::Method::mismatch(const Message &message, const QObject *sender) const
{
    if (!fitsSender(sender))
        return QByteArray("the channel is ")
            + (sender ? withArticle(sender->metaObject()->className()) : "not known")
            + ", the parameter is " + withArticle(m_sender.name());
    Arguments arguments(*this);
    arguments.read(message);
    const Field *field = arguments.mismatch();
    const QVariantMap &map = message.map();
    const auto value = map.constFind(QString::fromUtf8(field->name));
    if (value == map.constEnd())
        return "field \"" + field->name + "\" is missing";
    return "field \"" + field->name + "\" is " + Value(*value).describe().toUtf8() + ", the "
        + (m_form == Form::Gadget ? "property" : "parameter") + " is "
        + withArticle(field->typeName);
}

Handler::Arguments::Arguments(const Method &method, void *sender)
    : m_method(method)
    , m_isGadget(method.m_form == Method::Form::Gadget)
    , m_first(method.takesSender() ? 2 : 1)
    , m_memory(method.m_size, method.m_alignment)
{
    m_pointers[0] = nullptr;
    m_pointers[1] = sender;
    if (m_isGadget)
        m_pointers[m_first] = method.m_gadget.construct(m_memory.at(0));
}

Handler::Arguments::~Arguments()
{
    if (m_isGadget) {
        m_method.m_gadget.destruct(m_pointers[m_first]);
        return;
    }
    for (FieldSet rest = m_given & m_method.m_constructed; rest != 0; rest &= rest - 1) {
        const auto index = size_t(std::countr_zero(rest));
        m_method.m_fields[index].type.destruct(m_pointers[m_first + index]);
    }
}

void Handler::Arguments::read(const Message &message)
{
    FieldReader reader(*this, message.context());
    reader.read(message.payload());
}

bool Handler::Arguments::wants(QByteArrayView key)
{
    const qsizetype index = m_method.find(key);
    m_current = size_t(index);
    return index != Method::none;
}

bool Handler::Arguments::field(const Value &value)
{
    const Method::Field &field = m_method.m_fields[m_current];
    const FieldSet bit = FieldSet(1) << m_current;
    bool fits;
    if (m_isGadget) {
        fits = convert(value, field.property, m_pointers[m_first]);
    } else {
        void *&argument = m_pointers[m_first + m_current];
        argument = m_memory.at(field.offset);
        if (m_method.m_constructed & bit) {
            if (m_given & bit) { // it stands twice; nothing of the first may shine through
                m_given &= ~bit;
                field.type.destruct(argument);
            }
            field.type.construct(argument);
        }
        m_given |= bit;
        fits = convert(value, field.type, argument);
    }
    m_unfit = fits ? m_unfit & ~bit : m_unfit | bit;
    return true; // even if it does not fit, as the same field may come again
}

const Handler::Method::Field *Handler::Arguments::mismatch() const
{
    const std::vector<Method::Field> &fields = m_method.m_fields;
    if (m_unfit != 0)
        return &fields[size_t(std::countr_zero(m_unfit))];
    if (m_isGadget)
        return nullptr;
    const int given = std::countr_one(m_given);
    const bool hasGap = (m_given & (m_given + 1)) != 0;
    return given < m_method.m_required || hasGap ? &fields[size_t(given)] : nullptr;
}

Handler::Handler(const QByteArray &name)
    : m_name(name)
{
}

Handler::~Handler() = default;

void Handler::add(const QMetaMethod &method, int optional, Leading leading)
{
    auto added = std::make_unique<const Method>(method, optional, leading);
    if (added->fault().isEmpty()) {
        m_methods.push_back(std::move(added));
    } else {
        qCWarning(dispatchLog, "%s can never be called: %s", m_name.constData(),
                  added->fault().constData());
    }
}

bool Handler::call(QObject *object, const Message &message, QObject *sender) const
{
    for (const auto &method : m_methods) {
        if (method->call(object, message, sender))
            return true;
    }
    if (!m_warned.exchange(true, std::memory_order_relaxed)) {
        qCWarning(dispatchLog, "%s: %s", m_name.constData(),
                  m_methods.front()->mismatch(message, sender).constData());
    }
    return false;
}

} // namespace QRepod
